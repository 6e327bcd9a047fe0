package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.Notice;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits hold where the host can enforce them; where it cannot, that is said. */
class LimitsIT {
  private static Den den;

  @BeforeAll
  static void prepare() throws Exception {
    den = Den.watching();
  }

  @AfterAll
  static void end() throws IOException {
    den.close();
  }

  private static boolean held(LimitKind kind) {
    return den.sandboxes.capabilities().heldBy().get(kind) != Enforcement.NONE;
  }

  private static Jail limited(Limits limits) {
    return Den.jail(limits, NetworkMode.NONE, Map.of());
  }

  private static void assertRefused(Limits limits, String name) {
    assertThatThrownBy(() -> den.open(limited(limits)))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.refusal()).isEqualTo(Refusal.LIMIT_NOT_ENFORCEABLE);
              assertThat(refused.text()).contains(name, "Delegate=yes");
            });
    assertThat(den.sandboxes.open()).isZero();
  }

  @Test
  void tellsDeathForWantOfMemoryApart() {
    Limits limits = Limits.of(LimitKind.MEMORY, 64);
    if (!held(LimitKind.MEMORY)) {
      assertRefused(limits, "memoryMb");
      return;
    }
    Sandbox sandbox = den.open(limited(limits));
    ExecOutput eaten =
        den.on(
            () ->
                sandbox.exec(
                    Command.of("/usr/bin/head", "-c", "300M", "/dev/zero"),
                    Duration.ofSeconds(20),
                    10));
    assertThat(eaten.exit().oom()).isFalse();
    ExecOutput killed =
        den.on(
            () ->
                sandbox.exec(
                    Command.shell("head -c 300M /dev/zero | tail -c 300M >/dev/null"),
                    Duration.ofSeconds(20),
                    10));
    assertThat(killed.exit()).isEqualTo(new Exit(137, 9, Cause.OUT_OF_MEMORY));
    assertThat(den.on(sandbox::oomKills)).isEqualTo(1);
    ExecOutput other = den.run(sandbox, "kill -KILL $$");
    assertThat(other.exit()).isEqualTo(new Exit(137, 9, Cause.SIGNAL));
    assertThat(sandbox.limits().memoryMb()).isEqualTo(64);
    assertThat(sandbox.limits().of(LimitKind.MEMORY)).isEqualTo(Enforcement.CGROUP);
    den.discard(sandbox);
  }

  @Test
  void chargesTmpfsToTheSandbox() {
    Limits limits = Limits.of(LimitKind.MEMORY, 32);
    if (!held(LimitKind.MEMORY)) {
      assertRefused(limits, "memoryMb");
      return;
    }
    Sandbox sandbox = den.open(limited(limits));
    assertThat(den.run(sandbox, "head -c 60M /dev/zero >/dev/shm/f; echo $?").stdout().toString())
        .isNotEqualTo("0\n");
    den.discard(sandbox);
  }

  @Test
  void limitsProcesses() {
    Limits limits = Limits.of(LimitKind.PROCESSES, 20);
    if (!held(LimitKind.PROCESSES)) {
      assertRefused(limits, "maxProcesses");
      return;
    }
    Sandbox sandbox = den.open(limited(limits));
    ExecOutput output = den.run(sandbox, "for i in $(seq 100); do sleep 5 & done");
    assertThat(output.exit().code()).isNotZero();
    assertThat(output.stderr().toString()).containsIgnoringCase("fork");
    den.discard(sandbox);
  }

  @Test
  void limitsTheProcessor() {
    Limits limits = Limits.of(LimitKind.CPU, 20);
    if (!held(LimitKind.CPU)) {
      assertRefused(limits, "cpuPercent");
      return;
    }
    Sandbox sandbox = den.open(limited(limits));
    ExecOutput output =
        den.on(
            () ->
                sandbox.exec(
                    Command.shell("timeout 1 sh -c 'while :; do :; done'; times | tail -1"),
                    Duration.ofSeconds(20),
                    1000));
    String[] used = output.stdout().toString().trim().split("[ms ]+");
    assertThat(Double.parseDouble(used[1])).as("seconds of one second").isLessThan(0.5);
    den.discard(sandbox);
  }

  @Test
  void limitsTheSizeOfAFile() {
    Sandbox sandbox = den.open(limited(Limits.of(LimitKind.DISK, 1)));
    assertThat(den.run(sandbox, "head -c 2000000 /dev/zero >f").exit().code()).isNotZero();
    assertThat(sandbox.workspace().resolve("f").toFile().length()).isEqualTo(1 << 20);
    assertThat(sandbox.limits().of(LimitKind.DISK)).isEqualTo(Enforcement.POLLING);
    den.discard(sandbox);
  }

  @Test
  void endsWhoWritesMoreThanTheDiskHolds() {
    Sandbox sandbox = den.open(limited(Limits.of(LimitKind.DISK, 2)));
    List<Notice> notices = listen(sandbox);
    ExecOutput output =
        den.run(sandbox, "for i in 1 2 3 4; do head -c 1000000 /dev/zero >f$i; done; sleep 60");
    assertThat(output.exit()).isEqualTo(new Exit(137, 9, Cause.DISK_LIMIT));
    await().untilAsserted(() -> assertThat(codes(notices)).containsExactly("disk_limit"));
    assertThat(notices.get(0).details()).containsEntry("limit", "diskMb").containsEntry("most", 2);
    assertThat(den.out(sandbox, "rm f1 f2 f3; sleep 3; ls")).as("room is made").isEqualTo("f4");
    den.discard(sandbox);
  }

  @Test
  void endsWhoMakesTooManyFiles() {
    Sandbox sandbox = den.open(limited(Limits.of(LimitKind.FILES, 100)));
    List<Notice> notices = listen(sandbox);
    ExecOutput output = den.run(sandbox, "cd /tmp; for i in $(seq 300); do : >$i; done; sleep 60");
    assertThat(output.exit().cause()).isEqualTo(Cause.DISK_LIMIT);
    await().untilAsserted(() -> assertThat(codes(notices)).containsExactly("file_limit"));
    den.discard(sandbox);
  }

  @Test
  void makesWaitWhoWritesTooFast() {
    Sandbox sandbox = den.open(limited(Limits.of(LimitKind.OUTPUT, 100)));
    List<Notice> notices = listen(sandbox);
    ExecOutput output =
        den.on(
            () ->
                sandbox.exec(
                    Command.of("/usr/bin/timeout", "7", "/usr/bin/yes"),
                    Duration.ofSeconds(30),
                    10 << 20));
    assertThat(output.stdout().length()).isBetween(100 << 10, 100 * 1024 * 12);
    assertThat(codes(notices)).containsExactly("output_slowed");
    den.discard(sandbox);
  }

  @Test
  void tellsWhichLimitWasReached() {
    Assumptions.assumeTrue(
        den.sandboxes.capabilities().heldBy().get(LimitKind.MEMORY) == Enforcement.CGROUP
            && den.sandboxes.capabilities().heldBy().get(LimitKind.PROCESSES) == Enforcement.CGROUP,
        "only control groups count who was killed and who was refused");
    Sandbox sandbox = den.open(limited(Limits.parse("memoryMb=64,maxProcesses=20")));
    List<Notice> notices = listen(sandbox);
    den.run(sandbox, "(head -c 300M /dev/zero | tail -c 300M >/dev/null); true");
    await().untilAsserted(() -> assertThat(codes(notices)).containsExactly("out_of_memory"));
    assertThat(den.run(sandbox, "for i in $(seq 100); do sleep 5 & done").exit().cause())
        .isEqualTo(Cause.PROCESS_LIMIT);
    await()
        .untilAsserted(
            () -> assertThat(codes(notices)).containsExactly("out_of_memory", "process_limit"));
    den.discard(sandbox);
  }

  @Test
  void tellsATooLargeFileAndATimeoutApart() {
    Sandbox sandbox = den.open(limited(Limits.of(LimitKind.DISK, 1)));
    List<Notice> notices = listen(sandbox);
    ExecOutput large = den.run(sandbox, "exec head -c 2000000 /dev/zero >f");
    assertThat(large.exit().cause()).isEqualTo(Cause.FILE_SIZE);
    assertThat(codes(notices)).containsExactly("file_too_large");
    ExecOutput late =
        den.on(() -> sandbox.exec(Command.shell("sleep 60"), Duration.ofMillis(300), 10));
    assertThat(late.timedOut()).isTrue();
    assertThat(late.exit().cause()).isEqualTo(Cause.TIMEOUT);
    den.discard(sandbox);
  }

  private static List<Notice> listen(Sandbox sandbox) {
    List<Notice> notices = new CopyOnWriteArrayList<>();
    den.on(
        () -> {
          sandbox.onNotice(notices::add);
          return Future.succeededFuture();
        });
    return notices;
  }

  private static List<String> codes(List<Notice> notices) {
    return notices.stream().map(Notice::code).toList();
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(20));
  }

  @Test
  void leavesNoCoreAndFewDescriptors() {
    Sandbox sandbox = den.open(Den.jail());
    assertThat(den.out(sandbox, "ulimit -c")).isEqualTo("0");
    assertThat(Integer.parseInt(den.out(sandbox, "ulimit -Hn"))).isLessThanOrEqualTo(4096);
    den.discard(sandbox);
    Sandbox few = den.open(limited(Limits.of(LimitKind.OPEN_FILES, 50)));
    assertThat(den.out(few, "ulimit -Hn")).isEqualTo("50");
    den.discard(few);
  }

  @Test
  void showsWhoHoldsEachLimit() {
    Sandbox sandbox = den.open(Den.jail());
    assertThat(sandbox.limits().heldBy().keySet()).containsExactlyInAnyOrder(LimitKind.values());
    assertThat(sandbox.limits().memoryMb()).isEqualTo(2048);
    den.discard(sandbox);
  }
}
