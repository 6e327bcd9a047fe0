package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits hold where the host can enforce them; where it cannot, that is said. */
class LimitsIT {
  private static Den den;

  @BeforeAll
  static void prepare() throws Exception {
    den = Den.make();
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
    assertThat(killed.exit()).isEqualTo(new Exit(137, 9, true, true));
    assertThat(den.on(sandbox::oomKills)).isEqualTo(1);
    ExecOutput other = den.run(sandbox, "kill -KILL $$");
    assertThat(other.exit()).isEqualTo(new Exit(137, 9, false, true));
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
  void leavesNoCoreAndFewDescriptors() {
    Sandbox sandbox = den.open(Den.jail());
    assertThat(den.out(sandbox, "ulimit -c")).isEqualTo("0");
    assertThat(Integer.parseInt(den.out(sandbox, "ulimit -Hn"))).isLessThanOrEqualTo(4096);
    den.discard(sandbox);
  }

  @Test
  void showsWhoHoldsEachLimit() {
    Sandbox sandbox = den.open(Den.jail());
    assertThat(sandbox.limits().heldBy().keySet()).containsExactlyInAnyOrder(LimitKind.values());
    assertThat(sandbox.limits().memoryMb()).isEqualTo(2048);
    den.discard(sandbox);
  }
}
