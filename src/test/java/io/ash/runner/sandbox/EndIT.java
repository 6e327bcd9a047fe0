package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nothing is left of a sandbox, however its processes resist. */
class EndIT {
  private static Den den;

  @BeforeAll
  static void prepare() throws Exception {
    den = Den.make();
  }

  @AfterAll
  static void end() throws IOException {
    den.close();
    assertThat(groups(den.directory)).isEmpty();
  }

  private static List<Path> groups(Path directory) throws IOException {
    String name = SandboxHost.id(directory);
    try (Stream<Path> all = Files.find(Path.of("/sys/fs/cgroup"), 8, (p, a) -> a.isDirectory())) {
      return all.filter(path -> path.getFileName().toString().equals(name))
          .flatMap(base -> Cgroups.below(base).stream())
          .flatMap(group -> group.directories().stream())
          .toList();
    }
  }

  private static void assertNothingLeft(Sandbox sandbox) throws IOException {
    String cookie = SandboxHost.id(den.directory) + "/";
    assertThat(ProcessTree.carrying(cookie + sandbox.jail().name())).isEmpty();
    assertThat(groups(den.directory)).isEmpty();
    assertThat(sandbox.workspace().getParent()).doesNotExist();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(den.directory.toString());
    assertThat(den.directory.resolve("launch")).isEmptyDirectory();
  }

  private static Buffer start(Sandbox sandbox, String line) {
    Buffer out = Buffer.buffer();
    den.on(() -> sandbox.start(Command.shell(line), new Stdio(out::appendBuffer, e -> {})));
    await().until(() -> out.toString().contains("up"));
    return out;
  }

  @Test
  void letsProcessesEndByThemselves() throws IOException {
    Sandbox sandbox = den.open(Den.jail());
    Buffer out =
        start(sandbox, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done");
    den.on(() -> sandbox.discard(Duration.ofSeconds(5)));
    assertThat(out.toString()).contains("bye");
    assertNothingLeft(sandbox);
  }

  @Test
  void killsWhatIgnoresTheRequest() throws IOException {
    Sandbox sandbox = den.open(Den.jail());
    start(sandbox, "trap '' TERM INT HUP; echo up; while :; do sleep 1; done");
    den.on(() -> sandbox.discard(Duration.ofMillis(100)));
    assertNothingLeft(sandbox);
  }

  @Test
  void killsDaemons() throws IOException {
    Sandbox sandbox = den.open(Den.jail());
    start(sandbox, "(setsid sh -c 'sleep 9999 & sleep 9999' &) ; echo up; sleep 9999");
    den.on(() -> sandbox.discard(Duration.ZERO));
    assertNothingLeft(sandbox);
  }

  @Test
  void killsAForkBombAndContainsItBefore() throws IOException {
    Sandbox sandbox =
        den.open(
            Den.jail(
                canLimitProcesses() ? Limits.of(LimitKind.PROCESSES, 40) : Limits.UNSET,
                NetworkMode.NONE,
                Map.of()));
    start(sandbox, "echo up; b() { b & b & wait; }; b 2>/dev/null; sleep 9999");
    if (canLimitProcesses()) {
      await()
          .during(Duration.ofMillis(300))
          .until(() -> ProcessTree.descendants(ProcessHandle.current().pid(), 1).size() < 100);
    }
    den.on(() -> sandbox.discard(Duration.ZERO));
    assertNothingLeft(sandbox);
  }

  private static boolean canLimitProcesses() {
    return den.sandboxes.capabilities().heldBy().get(LimitKind.PROCESSES) != Enforcement.NONE;
  }

  @Test
  void endsAFrozenSandbox() throws IOException {
    Sandbox sandbox = den.open(Den.jail());
    Buffer out = start(sandbox, "echo up; while :; do echo tick; sleep 0.01; done");
    den.on(sandbox::freeze);
    int length = out.length();
    await().during(Duration.ofMillis(200)).until(() -> out.length() <= length + 65536);
    int still = out.length();
    await().during(Duration.ofMillis(100)).until(() -> out.length() == still);
    den.on(() -> sandbox.discard(Duration.ofSeconds(5)));
    assertNothingLeft(sandbox);
  }

  @Test
  void thawsWhatWasFrozen() throws IOException {
    Sandbox sandbox = den.open(Den.jail());
    Buffer out = start(sandbox, "echo up; while :; do echo tick; sleep 0.01; done");
    den.on(sandbox::freeze);
    den.on(sandbox::thaw);
    int length = out.length();
    await().until(() -> out.length() > length);
    den.discard(sandbox);
    assertNothingLeft(sandbox);
  }

  @Test
  void removesTreesThatResist() throws IOException {
    Sandbox sandbox = den.open(Den.jail());
    den.out(
        sandbox,
        "for i in $(seq 300); do mkdir 0123456789012345678901234567890123456789; cd -P 0*; done;"
            + " cd /workspace; mkdir closed; touch closed/f; chmod 000 closed; ln -s / link;"
            + " mkfifo pipe; mkdir -p a/b a/c; touch a/b/f; chmod 500 a/b");
    den.discard(sandbox);
    assertNothingLeft(sandbox);
  }

  @Test
  void removesWhatAnEarlierServerLeft() throws Exception {
    Den first = Den.make();
    Sandbox sandbox = first.open(Den.jail());
    SandboxProcess process =
        first.on(
            () ->
                sandbox.start(
                    Command.shell("trap '' TERM; setsid sleep 9999 & sleep 9999"), Stdio.NOBODY));
    Den second = new Den(first.directory, Isolation.AUTO);
    assertThat(process.alive()).isFalse();
    assertThat(groups(first.directory)).isEmpty();
    assertThat(sandbox.workspace()).doesNotExist();
    assertThat(second.out(second.open(Den.jail()), "echo works")).isEqualTo("works");
    Den third = new Den(first.directory, Isolation.AUTO);
    third.close();
    first.sandboxes.close();
    second.sandboxes.close();
    first.vertx.close();
    second.vertx.close();
  }

  @Test
  void endsManyAtOnce() throws IOException {
    List<Sandbox> many = Stream.generate(() -> den.open(Den.jail())).limit(30).toList();
    many.forEach(sandbox -> start(sandbox, "echo up; sleep 9999"));
    den.on(
        () ->
            io.vertx.core.Future.all(
                many.stream().map(sandbox -> sandbox.discard(Duration.ZERO)).toList()));
    for (Sandbox sandbox : many) {
      assertNothingLeft(sandbox);
    }
    assertThat(den.sandboxes.open()).isZero();
  }
}
