package io.ash.runner.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sandboxes that take all they can get, beside one that must not notice. */
class ExhaustionIT {
  private static Den den;
  private static Sandbox witness;
  private static SandboxProcess sleeper;
  private Sandbox sandbox;

  @BeforeAll
  static void prepare() throws Exception {
    den = Den.watching();
    witness = den.open(Den.jail());
    sleeper = den.on(() -> witness.start(Command.shell("sleep 600"), Stdio.NOBODY));
  }

  @AfterAll
  static void end() throws IOException {
    den.discard(witness);
    den.close();
  }

  @BeforeEach
  void open() {
    boolean held =
        den.sandboxes.capabilities().heldBy().get(LimitKind.PROCESSES) != Enforcement.NONE;
    Limits some = Limits.parse("diskMb=8,maxFiles=500,openFiles=64,outputKbPerSecond=1000");
    sandbox =
        den.open(
            Den.jail(held ? some.with(LimitKind.PROCESSES, 40) : some, NetworkMode.NONE, Map.of()));
  }

  @AfterEach
  void leavesTheWitnessAlone() {
    assertThat(den.out(witness, "echo well")).isEqualTo("well");
    assertThat(sleeper.alive()).isTrue();
    den.discard(sandbox);
    assertThat(Files.exists(sandbox.workspace())).isFalse();
  }

  private ExecOutput attack(String line, int seconds) {
    return den.on(() -> sandbox.exec(Command.shell(line), Duration.ofSeconds(seconds), 1 << 20));
  }

  @Test
  void holdsABombOfForks() {
    Assumptions.assumeTrue(
        den.sandboxes.capabilities().heldBy().get(LimitKind.PROCESSES) == Enforcement.CGROUP,
        "without a control group a bomb of forks meets only the limit of its user");
    attack("bomb() { bomb | bomb & }; bomb; sleep 2; true", 4);
    den.on(sandbox::freeze);
    den.on(sandbox::thaw);
  }

  @Test
  void killsOnlyItsOwnByASignalToAll() {
    attack("kill -KILL -1", 5);
  }

  @Test
  void stopsOnlyItsOwnByASignalToAll() {
    assertThat(attack("(kill -STOP -1); kill -STOP $$", 2).timedOut()).isTrue();
  }

  @Test
  void endsWhoNestsDirectoriesWithoutEnd() {
    assertThat(attack("while mkdir d && cd d; do :; done; sleep 60", 30).exit().cause())
        .isEqualTo(Cause.DISK_LIMIT);
  }

  @Test
  void endsWhoMakesEmptyFilesWithoutEnd() {
    assertThat(attack("i=0; while :; do : >$i; i=$((i+1)); done", 30).exit().cause())
        .isEqualTo(Cause.DISK_LIMIT);
  }

  @Test
  void keepsMemoryBoundedWhenOutputFloods() {
    ExecOutput output = attack("yes", 3);
    assertThat(output.truncated()).isTrue();
    assertThat(output.stdout().length()).isEqualTo(1 << 20);
  }

  @Test
  void refusesMoreOpenFiles() {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/node")), "node is not installed in /usr/bin");
    assertThat(
            attack(
                    "node -e \"const f=require('fs');try{for(;;)f.openSync('/dev/null')}"
                        + "catch(e){console.log(e.code)}\"",
                    20)
                .stdout()
                .toString())
        .isEqualTo("EMFILE\n");
  }

  @Test
  void leavesTheOthersTheirProcessor() {
    attack("for i in 1 2 3 4 5 6 7 8; do (while :; do :; done) & done; sleep 2", 3);
  }
}
