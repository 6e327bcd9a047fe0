package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pipes, signals and ends of processes in a sandbox. */
class ProcessIT {
  private static Den den;
  private Sandbox sandbox;
  private final Buffer out = Buffer.buffer();
  private final Buffer err = Buffer.buffer();

  @BeforeAll
  static void prepare() throws Exception {
    den = Den.make();
  }

  @AfterAll
  static void end() throws IOException {
    den.close();
  }

  @BeforeEach
  void open() {
    sandbox = den.open(Den.jail());
  }

  @AfterEach
  void discard() {
    den.discard(sandbox);
  }

  private SandboxProcess start(String line) {
    return den.on(
        () -> sandbox.start(Command.shell(line), new Stdio(out::appendBuffer, err::appendBuffer)));
  }

  private Exit exit(SandboxProcess process) {
    return den.on(process::exit);
  }

  @Test
  void answersWhatItIsAsked() {
    SandboxProcess cat = start("exec cat");
    den.on(() -> cat.write(Den.line("hello")));
    await().until(() -> out.toString().equals("hello\n"));
    cat.closeInput();
    assertThat(exit(cat)).isEqualTo(new Exit(0, 0, Cause.EXITED));
  }

  @Test
  void deliversHalfLinesAsTheyCome() {
    SandboxProcess process = start("printf half; read x; printf more");
    await().until(() -> out.toString().equals("half"));
    den.on(() -> process.write(Den.line("")));
    exit(process);
    assertThat(out).hasToString("halfmore");
  }

  @Test
  void deliversAHugeLineInChunksThatAreNotGathered() {
    AtomicLong bytes = new AtomicLong();
    AtomicInteger largest = new AtomicInteger();
    SandboxProcess process =
        den.on(
            () ->
                sandbox.start(
                    Command.shell("head -c 100000000 /dev/zero | tr '\\0' a"),
                    new Stdio(
                        chunk -> {
                          bytes.addAndGet(chunk.length());
                          largest.accumulateAndGet(chunk.length(), Math::max);
                        },
                        err::appendBuffer)));
    exit(process);
    assertThat(bytes).hasValue(100_000_000);
    assertThat(largest.get()).isLessThanOrEqualTo(64 * 1024);
  }

  @Test
  void makesTheProcessWaitForAConsumerThatDoesNotConsume() {
    SandboxProcess process =
        start("head -c 3000000 /dev/zero; touch /workspace/done; printf x >&2");
    den.on(
        () -> {
          process.pause();
          return io.vertx.core.Future.succeededFuture();
        });
    await()
        .during(Duration.ofMillis(300))
        .until(
            () ->
                out.length() < 3_000_000 && !sandbox.workspace().resolve("done").toFile().exists());
    den.on(
        () -> {
          process.resume();
          return io.vertx.core.Future.succeededFuture();
        });
    exit(process);
    assertThat(out.length()).isEqualTo(3_000_000);
  }

  @Test
  void refusesInputWhichIsNeverRead() {
    SandboxProcess process = start("sleep 60");
    List<io.vertx.core.Future<Void>> writes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      writes.add(process.write(Buffer.buffer(new byte[1 << 20])));
    }
    assertThat(process.writeQueueFull()).isTrue();
    assertThat(writes.get(39).cause()).isInstanceOf(Refused.class);
  }

  @Test
  void writesMoreThanAPipeHolds() {
    SandboxProcess process = start("wc -c");
    AtomicInteger drained = new AtomicInteger();
    process.drainHandler(v -> drained.incrementAndGet());
    den.on(() -> process.write(Buffer.buffer(new byte[5_000_000])));
    process.closeInput();
    exit(process);
    assertThat(out.toString().trim()).isEqualTo("5000000");
    assertThat(drained).hasValue(1);
  }

  @Test
  void tellsExitsApart() {
    assertThat(exit(start("exit 7"))).isEqualTo(new Exit(7, 0, Cause.EXITED));
    assertThat(exit(start("kill -TERM $$"))).isEqualTo(new Exit(143, 15, Cause.SIGNAL));
    assertThat(exit(start("kill -KILL $$"))).isEqualTo(new Exit(137, 9, Cause.SIGNAL));
  }

  @Test
  void saysWhatCouldNotBeStarted() {
    ExecOutput output =
        den.on(() -> sandbox.exec(Command.of("/no/such/program"), Duration.ofSeconds(5), 1000));
    assertThat(output.exit().code()).isNotZero();
    assertThat(output.stderr().toString()).contains("/no/such/program");
  }

  @Test
  void interruptsWhatRuns() {
    SandboxProcess process =
        start("trap 'echo caught; exit 0' INT; echo ready; while :; do sleep 0.05; done");
    await().until(() -> out.toString().contains("ready"));
    den.on(() -> sandbox.interrupt(process));
    assertThat(exit(process).code()).isZero();
    assertThat(out.toString()).contains("caught");
  }

  @Test
  void killsOneProcessAndLeavesTheOthers() {
    SandboxProcess one = start("sleep 1000 & sleep 1000");
    SandboxProcess two = start("echo two; sleep 1000");
    await().until(() -> out.toString().contains("two"));
    den.on(() -> sandbox.kill(one));
    assertThat(exit(one).signal()).isEqualTo(9);
    assertThat(two.alive()).isTrue();
    assertThat(sandbox.running()).isEqualTo(1);
  }

  @Test
  void endsACommandWhoseTimeIsOver() {
    ExecOutput output =
        den.on(
            () ->
                sandbox.exec(
                    Command.shell("echo begun; sleep 1000 & sleep 1000"),
                    Duration.ofMillis(300),
                    1000));
    assertThat(output.timedOut()).isTrue();
    assertThat(output.stdout()).hasToString("begun\n");
    assertThat(sandbox.running()).isZero();
  }

  @Test
  void keepsTheFirstBytesOfALongOutput() {
    ExecOutput output =
        den.on(
            () ->
                sandbox.exec(
                    Command.shell("head -c 100000 /dev/zero"), Duration.ofSeconds(20), 1000));
    assertThat(output.stdout().length()).isEqualTo(1000);
    assertThat(output.truncated()).isTrue();
    assertThat(output.exit().code()).isZero();
  }

  @Test
  void endsThoughSomethingLeftBehindHoldsThePipe() {
    assertThat(exit(start("setsid sleep 1000 & exit 4")).code()).isEqualTo(4);
  }

  @Test
  void inheritsOnlyItsThreePipes() {
    assertThat(den.out(sandbox, "sh -c 'ls -l /proc/$PPID/fd >/tmp/l'; grep -c pipe /tmp/l"))
        .isEqualTo("3");
    assertThat(den.out(sandbox, "sh -c 'ls /proc/$PPID/fd >/tmp/l'; xargs </tmp/l"))
        .isEqualTo("0 1 2");
  }

  @Test
  void leavesNoArgumentsFile() {
    SandboxProcess process = start("echo up; sleep 1000");
    await().until(() -> out.toString().contains("up"));
    assertThat(den.directory.resolve("launch")).isEmptyDirectory();
    assertThat(process.alive()).isTrue();
  }

  @Test
  void startsNothingAfterTheEnd() {
    Sandbox other = den.open(Den.jail());
    den.discard(other);
    assertThatThrownBy(() -> den.run(other, "true")).isInstanceOf(Refused.class);
  }
}
