package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Binding;
import io.ash.model.Notice;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.runner.sandbox.Cause;
import io.ash.runner.sandbox.Exit;
import io.ash.wire.ExecResult;
import io.ash.wire.LogEntry;
import io.ash.wire.SnapshotRef;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SessionHostTest extends HostTest {
  private final Binding binding = coordinator.bind(session, "r", BOOT);
  private SessionHost host = host("{}", null);

  private SessionHost host(String settings, SnapshotRef snapshot) {
    return new SessionHost(open(binding, settings, snapshot), quarters, tools, jsonl);
  }

  @Test
  void greetsTheAgentWhenEverythingIsInPlace() {
    quarters.files.put("WORKSPACE/CLAUDE.md", "be kind");
    assertThat(host.prepare().succeeded()).isTrue();

    assertThat(host.phase()).isInstanceOf(HostPhase.Idle.class);
    assertThat(quarters.agent().written.get(0))
        .contains("\"session\"")
        .contains("\"resumed\":false")
        .contains("be kind");
  }

  @Test
  void writesThePromptOfTheSessionOverThatOfTheAgent() {
    quarters.files.put("WORKSPACE/CLAUDE.md", "be kind");
    host = host("{\"systemPrompt\":\"be quick\"}", null);
    host.prepare();
    assertThat(quarters.files).containsEntry("WORKSPACE/CLAUDE.md", "be quick");
    assertThat(quarters.agent().written.get(0)).contains("be quick");
  }

  @Test
  void runsTheAgentsScriptsWhenFresh() {
    quarters.files.put("WORKSPACE/install.sh", "x");
    quarters.files.put("WORKSPACE/startup.sh", "x");
    quarters.execResult = ExecResult.exited(0, "one\ntwo\n", "");
    host.prepare();
    assertThat(quarters.execs).hasSize(2);
    assertThat(log()).contains("one", "two");
  }

  @Test
  void runsNoScriptOverASnapshot() {
    quarters.files.put("WORKSPACE/install.sh", "x");
    host = host("{}", new SnapshotRef(3, "m", 9, 2, 0, null));
    host.prepare();
    assertThat(quarters.execs).isEmpty();
    assertThat(quarters.agent().written.get(0)).contains("\"resumed\":true");
  }

  @Test
  void saysWhyAScriptFailed() {
    quarters.files.put("WORKSPACE/install.sh", "x");
    quarters.execResult = ExecResult.exited(3, "", "no such package\n");
    Refused no = (Refused) host.prepare().cause();
    assertThat(no.refusal()).isEqualTo(Refusal.SANDBOX_FAILED);
    assertThat(no.text()).isEqualTo("install.sh failed (exit code 3): no such package");
  }

  @Test
  void carriesATurnToItsEnd() {
    host.prepare();
    host.startTurn(turn(binding, 1));
    assertThat(host.phase()).isEqualTo(new HostPhase.Busy(1));
    assertThat(quarters.agent().written.get(1)).contains("hello 1");

    quarters.agent().says("{\"type\":\"message\",\"text\":\"hi\"}", "{\"type\":\"done\"}");
    assertThat(journal()).contains("message").endsWith("end:done");
    assertThat(host.phase()).isInstanceOf(HostPhase.Idle.class);
  }

  @Test
  void tellsNoticesInTheTurnThatRunsOrBetweenTwoTurns() {
    host.prepare();
    host.notice(Notice.of("oom", "it died", null));
    host.startTurn(turn(binding, 1));
    host.notice(new Notice("oom", "it died", "give it more", Map.of("limit", 7)));
    assertThat(journal()).containsExactly("notice", "notice");
    assertThat(bodies())
        .containsExactly(
            "{\"notice\":\"oom\",\"message\":\"it died\"}",
            "{\"notice\":\"oom\",\"message\":\"it died\",\"remedy\":\"give it more\",\"limit\":7}");
    assertThat(host.phase()).isEqualTo(new HostPhase.Busy(1));
  }

  @Test
  void startsEachTurnOnce() {
    host.prepare();
    host.startTurn(turn(binding, 1));
    host.startTurn(turn(binding, 1));
    quarters.agent().says("{\"type\":\"done\"}");
    assertThat(host.startTurn(turn(binding, 1)).succeeded()).isTrue();
    assertThat(quarters.agent().written).hasSize(2);
  }

  @Test
  void keepsATurnThatCameTooEarly() {
    Promise<Void> furniture = Promise.promise();
    quarters.furnished = furniture.future();
    host.prepare();
    host.startTurn(turn(binding, 1));
    assertThat(quarters.processes).isEmpty();
    furniture.complete();
    assertThat(quarters.agent().written).hasSize(2);

    host.startTurn(turn(binding, 2));
    assertThat(((Refused) host.startTurn(turn(binding, 3)).cause()).refusal())
        .isEqualTo(Refusal.TURN_RUNNING);
    quarters.agent().says("{\"type\":\"done\"}");
    assertThat(quarters.agent().written.get(2)).contains("hello 2");
  }

  @Test
  void keepsStreamedTextWhoseMessageNeverCame() {
    host.prepare();
    host.startTurn(turn(binding, 1));
    quarters
        .agent()
        .says(
            "{\"type\":\"delta\",\"text\":\"gone \"}",
            "{\"type\":\"message\",\"text\":\"gone \"}",
            "{\"type\":\"delta\",\"text\":\"half a \"}",
            "{\"type\":\"delta\",\"text\":\"sent\"}",
            "{\"type\":\"done\"}");
    assertThat(journal().subList(journal().size() - 2, journal().size())).startsWith("partial");
    assertThat(bodies()).contains("{\"text\":\"half a sent\"}");
  }

  @Test
  void endsTheTurnOfAnAgentThatDied() {
    host.prepare();
    host.startTurn(turn(binding, 1));
    quarters.agent().exits(new Exit(3, 0, Cause.EXITED));
    assertThat(journal()).containsExactly("error", "end:failed");
    assertThat(bodies().get(0)).contains("exit code 3");

    host.startTurn(turn(binding, 2));
    assertThat(quarters.processes).hasSize(2);
    assertThat(quarters.agent().written.get(0)).contains("\"resumed\":true");
    assertThat(quarters.agent().written.get(1)).contains("hello 2");
  }

  @Test
  void namesTheMemoryLimitThatKilledAnAgent() {
    host.prepare();
    host.startTurn(turn(binding, 1));
    quarters.agent().exits(new Exit(137, 9, Cause.OUT_OF_MEMORY));
    assertThat(journal()).containsExactly("error", "end:failed");
    assertThat(bodies().get(0)).contains("out of memory").contains("64 MiB");
  }

  @Test
  void notesAnAgentThatDiesBetweenTurns() {
    host.prepare();
    quarters.agent().exits(new Exit(0, 0, Cause.EXITED));
    assertThat(journal()).containsExactly("lifecycle");
    assertThat(bodies().get(0)).contains("agent_exited");
    assertThat(host.phase()).isInstanceOf(HostPhase.Idle.class);
  }

  @Test
  void takesAClosedOutputForDeath() {
    host.prepare();
    host.startTurn(turn(binding, 1));
    quarters.agent().ear.stdoutClosed();
    pass(Duration.ofMillis(1900));
    assertThat(journal()).isEmpty();
    pass(Duration.ofMillis(200));
    assertThat(journal()).containsExactly("error", "end:failed");
    assertThat(bodies().get(0)).contains("closed its output");
  }

  @Test
  void leavesAnAgentAloneThatObeysAnInterrupt() {
    coordinator.store("m" + quarters.files.hashCode(), io.vertx.core.buffer.Buffer.buffer());
    host.prepare();
    host.startTurn(turn(binding, 1));
    host.interrupt(1);
    assertThat(quarters.agent().written.get(2)).contains("interrupt");
    quarters.agent().says("{\"type\":\"done\"}");
    pass(Duration.ofSeconds(12));

    assertThat(quarters.agent().signals).isEmpty();
    assertThat(journal()).endsWith("end:interrupted");
    assertThat(quarters.processes).hasSize(1);
  }

  @Test
  void losesPatienceWithAnAgentThatIgnoresAnInterrupt() {
    quarters.stubbornAgents = true;
    host.prepare();
    host.startTurn(turn(binding, 1));
    host.interrupt(1);
    host.interrupt(1);
    pass(Duration.ofMillis(4900));
    assertThat(quarters.agent().signals).isEmpty();
    pass(Duration.ofMillis(200));
    assertThat(quarters.agent().signals).containsExactly("INT");
    assertThat(journal()).isEmpty();
    pass(Duration.ofSeconds(5));
    assertThat(quarters.agent().signals).containsExactly("INT", "KILL");
    assertThat(journal()).containsExactly("end:interrupted");

    host.startTurn(turn(binding, 2));
    assertThat(quarters.processes).hasSize(2);
    assertThat(quarters.agent().written.get(0)).contains("\"resumed\":true");
  }

  @Test
  void endsATurnThatWasInterruptedBeforeItBegan() {
    host.prepare();
    host.interrupt(1);
    host.startTurn(turn(binding, 1));
    assertThat(journal()).containsExactly("end:interrupted");
    assertThat(quarters.agent().written).hasSize(1);
  }

  @Test
  void failsATurnWhoseProcessCannotStart() {
    host.prepare();
    quarters.agent().exits(new Exit(1, 0, Cause.EXITED));
    quarters.refusesProcesses = true;
    host.startTurn(turn(binding, 1));
    assertThat(journal()).containsExactly("lifecycle", "error", "end:failed");
    assertThat(bodies().get(1)).contains("no process today").contains("sandbox_failed");
  }

  @Test
  void survivesWhateverAnAgentPrints() {
    host.prepare();
    host.startTurn(turn(binding, 1));
    quarters
        .agent()
        .says("", "not JSON", "[1]", "{\"type\":7}", "{\"type\":\"done\",\"result\":{}}", "x");
    quarters.agent().says("{\"type\":\"done\"}");
    assertThat(host.phase()).isInstanceOf(HostPhase.Idle.class);
    assertThat(journal().stream().filter(k -> k.startsWith("end")).count()).isEqualTo(1);
  }

  @Test
  void stopsReadingWhileTooMuchWaits() {
    coordinator.hold();
    host.prepare();
    host.startTurn(turn(binding, 1));
    String large = "{\"type\":\"message\",\"text\":\"" + "x".repeat(100_000) + "\"}";
    for (int i = 0; i < 12; i++) {
      quarters.agent().says(large);
    }
    assertThat(quarters.agent().paused).isTrue();
    run();
    coordinator.letGo();
    run();
    assertThat(quarters.agent().paused).isFalse();
  }

  @Test
  void savesASessionThatFellQuiet() {
    host.prepare();
    pass(Duration.ofSeconds(1));
    assertThat(coordinator.snapshot(session)).isNull();
    coordinator.store("m" + quarters.files.hashCode(), io.vertx.core.buffer.Buffer.buffer());
    host.startTurn(turn(binding, 1));
    quarters.agent().says("{\"type\":\"done\"}");
    pass(Duration.ofMillis(400));
    assertThat(coordinator.snapshot(session)).isNull();
    pass(Duration.ofMillis(200));
    assertThat(coordinator.snapshot(session)).isNotNull();
    assertThat(coordinator.snapshot(session).no()).isEqualTo(1);
    assertThat(coordinator.snapshot(session).uplinkNo())
        .isEqualTo(coordinator.journal(session).size());
  }

  @Test
  void storesAgainWhatTheCoordinatorLost() {
    host.prepare();
    Future<Void> taken = host.snapshot();
    assertThat(taken.failed()).as("nobody stores the blob in this test").isTrue();
    assertThat(quarters.stored).contains("m" + quarters.files.hashCode());
  }

  @Test
  void takesOneSnapshotForChangesThatAreNone() {
    coordinator.store("m" + quarters.files.hashCode(), io.vertx.core.buffer.Buffer.buffer());
    host.prepare();
    host.snapshot();
    host.snapshot();
    assertThat(coordinator.snapshot(session).no()).isEqualTo(1);
    assertThat(quarters.scans).isEqualTo(2);
  }

  @Test
  void waitsForAScanBeforeATurnBegins() {
    host.prepare();
    quarters.beforeScan = Promise.promise();
    host.snapshot();
    host.startTurn(turn(binding, 1));
    assertThat(quarters.agent().written).hasSize(1);
    quarters.beforeScan.complete();
    assertThat(quarters.agent().written).hasSize(2);
  }

  @Test
  void savesABusySessionBetweenTwoTurns() {
    host.prepare();
    int scans = quarters.scans;
    for (int i = 1; i <= 80; i++) {
      host.startTurn(turn(binding, i));
      pass(Duration.ofMillis(400));
      quarters.agent().says("{\"type\":\"done\"}");
    }
    assertThat(quarters.scans - scans).isBetween(1, 3);
  }

  @Test
  void triesTheLastSnapshotAgainWhileTheStoreIsAway() {
    coordinator.store("m" + quarters.files.hashCode(), io.vertx.core.buffer.Buffer.buffer());
    host.prepare();
    run();
    quarters.beforeScan = storeIsAway();
    Future<Void> closed = host.close(true, "stopped by a person");
    run();
    assertThat(quarters.vacated).isFalse();

    quarters.beforeScan = Promise.promise();
    quarters.beforeScan.complete();
    pass(Duration.ofSeconds(1));

    assertThat(coordinator.snapshot(session)).isNotNull();
    assertThat(quarters.vacated).isTrue();
    assertThat(closed.succeeded()).isTrue();
  }

  @Test
  void leavesWithoutTheLastSnapshotWhereTheStoreStaysAway() {
    host.prepare();
    run();
    quarters.beforeScan = storeIsAway();
    Future<Void> closed = host.close(true, "stopped by a person");
    run();
    pass(Duration.ofSeconds(20));
    int scans = quarters.scans;
    pass(Duration.ofSeconds(20));

    assertThat(closed.succeeded()).isTrue();
    assertThat(quarters.vacated).isTrue();
    assertThat(scans).isGreaterThan(3);
    assertThat(quarters.scans).isEqualTo(scans);
  }

  private static Promise<Void> storeIsAway() {
    Promise<Void> away = Promise.promise();
    away.fail(new Refused(Refusal.UNAVAILABLE, "the store is away"));
    return away;
  }

  @Test
  void closesWithEventsAndSnapshotAndNothingLeft() {
    coordinator.store("m" + quarters.files.hashCode(), io.vertx.core.buffer.Buffer.buffer());
    host.prepare();
    host.startTurn(turn(binding, 1));
    Future<Void> closed = host.close(true, "stopped by a person");
    run();

    assertThat(closed.succeeded()).isTrue();
    assertThat(journal()).containsExactly("end:interrupted");
    assertThat(bodies().get(0)).contains("stopped by a person");
    assertThat(coordinator.snapshot(session)).isNotNull();
    assertThat(quarters.vacated).isTrue();
    assertThat(host.phase()).isInstanceOf(HostPhase.Gone.class);
    assertThat(host.close(true, "again").succeeded()).isTrue();
    assertThat(((Refused) host.startTurn(turn(binding, 2)).cause()).refusal())
        .isEqualTo(Refusal.SANDBOX_GONE);
  }

  @Test
  void closesThoughTheAgentIgnoresIt() {
    quarters.stubbornAgents = true;
    host.prepare();
    host.startTurn(turn(binding, 1));
    Future<Void> closed = host.close(false, "ended");
    pass(Duration.ofMillis(2100));
    assertThat(closed.succeeded()).isTrue();
    assertThat(journal()).containsExactly("end:interrupted");
  }

  @Test
  void closesThoughNobodyTakesItsEvents() {
    coordinator.hold();
    host.prepare();
    host.startTurn(turn(binding, 1));
    Future<Void> closed = host.close(true, "ended");
    pass(Duration.ofSeconds(11));
    assertThat(closed.succeeded()).isTrue();
    assertThat(quarters.vacated).isTrue();
  }

  @Test
  void closesWhileItIsPreparing() {
    Promise<Void> furniture = Promise.promise();
    quarters.furnished = furniture.future();
    Future<Void> prepared = host.prepare();
    assertThat(host.close(true, "ended").succeeded()).isTrue();
    furniture.complete();
    assertThat(prepared.failed()).isTrue();
    assertThat(quarters.processes).isEmpty();
    assertThat(quarters.scans).isZero();
  }

  @Test
  void dropsEverythingWhenItsEpochIsOver() {
    host.prepare();
    host.startTurn(turn(binding, 1));
    coordinator.bind(session, "other", BOOT);
    quarters.agent().says("{\"type\":\"message\",\"text\":\"too late\"}");
    run();
    assertThat(quarters.vacated).isTrue();
    assertThat(host.phase()).isInstanceOf(HostPhase.Gone.class);
    assertThat(quarters.scans).isZero();
    assertThat(journal()).isEmpty();
  }

  @Test
  void countsACommandAsUse() {
    host.prepare();
    pass(Duration.ofSeconds(2));
    Promise<Void> command = Promise.promise();
    quarters.beforeExec = command.future();
    int scans = quarters.scans;
    Future<ExecResult> done = host.beside().exec("ls", Duration.ofSeconds(1));
    assertThat(host.idleMillis()).isZero();
    assertThat(host.working()).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(quarters.scans).isEqualTo(scans);
    command.complete();
    assertThat(done.succeeded()).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(quarters.scans).isGreaterThan(scans);
    assertThat(host.idleMillis()).isGreaterThan(0);
  }

  private String log() {
    return host.logs(-1).entries().stream().map(LogEntry::text).collect(Collectors.joining("\n"));
  }
}
