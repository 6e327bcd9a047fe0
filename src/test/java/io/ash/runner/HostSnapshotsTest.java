package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Binding;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.Notice;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import io.ash.model.SnapshotPolicy;
import io.ash.wire.AgentFiles;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.OpenSandbox;
import io.ash.wire.RuntimeSpec;
import io.ash.wire.SnapshotRef;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a host saves its files, what it says a snapshot covers, and what it began with. */
class HostSnapshotsTest extends HostTest {
  private final Binding binding = coordinator.bind(session, "r", BOOT);
  private final SnapshotRef previous = new SnapshotRef(3, "m3", 20, 4, 2, null);
  private final SnapshotRef newest = new SnapshotRef(4, "m4", 30, 6, 0, previous);

  @Test
  void tellsADurableEndOnlyWhenItsChangesAreSaved() {
    SessionHost host = host(true, null);
    host.prepare();
    keep();
    quarters.beforeScan = Promise.promise();
    host.startTurn(turn(binding, 1));
    quarters.agent().says("{\"type\":\"message\",\"text\":\"hi\"}", "{\"type\":\"done\"}");

    assertThat(journal()).containsExactly("message", "message");
    host.startTurn(turn(binding, 2));
    assertThat(quarters.agent().written).as("the next turn waits").hasSize(2);
    quarters.beforeScan.complete();
    assertThat(journal()).containsExactly("message", "message", "end:done");
    AttachSnapshot saved = coordinator.snapshot(session);
    assertThat(saved.coversTurn()).isEqualTo(1);
    assertThat(saved.uplinkNo()).isEqualTo(2);
    assertThat(quarters.agent().written).hasSize(3);
  }

  @Test
  void tellsADurableEndWithANoticeWhereNothingCanBeSaved() {
    SessionHost host = host(true, null);
    host.prepare();
    quarters.beforeScan = Promise.promise();
    host.startTurn(turn(binding, 1));
    quarters.agent().says("{\"type\":\"done\"}");
    pass(Duration.ofSeconds(19));
    assertThat(journal()).containsExactly("message");
    pass(Duration.ofSeconds(2));

    assertThat(journal()).containsExactly("message", "notice", "end:done");
    assertThat(bodies().get(1)).contains("workspace_not_saved");
  }

  @Test
  void tellsAHeldEndWhenTheHostCloses() {
    SessionHost host = host(true, null);
    host.prepare();
    quarters.beforeScan = Promise.promise();
    host.startTurn(turn(binding, 1));
    quarters.agent().says("{\"type\":\"done\"}");
    host.close(false, "stopped");
    run();

    assertThat(journal()).containsExactly("message", "end:done");
  }

  @Test
  void letsTheNewestSnapshotCoverATurnThatChangedNothing() {
    SessionHost host = host(false, null);
    host.prepare();
    keep();
    host.snapshot();
    host.startTurn(turn(binding, 1));
    quarters.agent().says("{\"type\":\"done\"}");
    pass(Duration.ofSeconds(1));

    AttachSnapshot last = coordinator.snapshot(session);
    assertThat(last.unchanged()).isTrue();
    assertThat(last.no()).isEqualTo(1);
    assertThat(last.coversTurn()).isEqualTo(1);
    assertThat(last.uplinkNo()).isEqualTo(2);
    pass(Duration.ofSeconds(1));
    host.snapshot();
    assertThat(coordinator.snapshot(session)).as("nothing happened since").isSameAs(last);
  }

  @Test
  void claimsNoTurnThatBeganAfterItLooked() {
    SessionHost host = host(false, null);
    host.prepare();
    host.startTurn(turn(binding, 1));
    quarters.agent().says("{\"type\":\"done\"}");
    keep();
    run();
    host.snapshot();
    host.startTurn(turn(binding, 2));
    host.snapshot();
    run();

    assertThat(coordinator.snapshot(session).coversTurn()).isEqualTo(1);
  }

  @Test
  void saysWhatTheWorkspaceIsFrom() {
    quarters.basis = new SessionFiles.Basis(newest, null);
    SessionHost host = host(false, newest);
    host.prepare();

    JsonObject facts = new JsonObject(host.facts());
    assertThat(facts.getLong("workspaceAt")).isEqualTo(30);
    assertThat(facts.getInteger("turnsNotInWorkspace")).isZero();
    assertThat(journal()).isEmpty();
  }

  @Test
  void tellsTheUserThatThePreviousSnapshotIsUsedAndKeepsIt() {
    quarters.basis = new SessionFiles.Basis(previous, "blob 5 is damaged: it is empty");
    SessionHost host = host(false, newest);
    host.prepare();
    run();
    keep();
    host.snapshot();

    JsonObject facts = new JsonObject(host.facts());
    assertThat(facts.getLong("workspaceAt")).isEqualTo(20);
    assertThat(facts.getInteger("turnsNotInWorkspace")).isEqualTo(2);
    assertThat(journal()).containsExactly("notice");
    assertThat(bodies().get(0))
        .contains("workspace_restored_from_previous", "blob 5 is damaged", "\"workspaceAt\":20");
    AttachSnapshot asked = coordinator.lastAttach();
    assertThat(asked.no()).isEqualTo(5);
    assertThat(asked.keep()).isEqualTo(3);
  }

  @Test
  void tellsOnceThatNothingCanBeSavedAndOnceThatItCanAgain() {
    SessionHost host = host(false, null);
    host.prepare();
    run();
    quarters.scanning = Future.failedFuture("the store is away");
    host.startTurn(turn(binding, 1));
    quarters.agent().says("{\"type\":\"done\"}");
    pass(Duration.ofSeconds(2));
    assertThat(journal()).as("it may be over at once").containsExactly("message", "end:done");
    pass(Duration.ofSeconds(30));
    assertThat(journal()).containsExactly("message", "end:done", "notice");
    assertThat(bodies().get(2)).contains("workspace_not_saved", "the store is away");

    quarters.scanning = Future.succeededFuture();
    keep();
    pass(Duration.ofMinutes(6));
    assertThat(journal()).containsExactly("message", "end:done", "notice", "notice");
    assertThat(bodies().get(3)).contains("workspace_saved");
  }

  @Test
  void keepsOnTheRunnerWhatNobodyTakesAtTheEnd() {
    SessionHost host = host(false, newest);
    quarters.basis = new SessionFiles.Basis(newest, null);
    host.prepare();
    host.startTurn(turn(binding, 7));
    quarters.agent().says("{\"type\":\"done\"}");
    quarters.scanning = Future.failedFuture(new Refused(Refusal.UNAVAILABLE, "it is away"));
    quarters.files.put("WORKSPACE/new", "x");
    host.close(true, "stopped");
    pass(Duration.ofSeconds(15));

    assertThat(quarters.kept).containsExactly(new Kept.Since(4, List.of("m4"), 7));
    assertThat(bodies().get(bodies().size() - 1)).contains("workspace_kept", "it is away");
    assertThat(quarters.vacated).isTrue();
  }

  @Test
  void keepsNothingForAnEpochThatIsOver() {
    SessionHost host = host(false, null);
    host.prepare();
    run();
    quarters.scanning = Future.failedFuture(new Refused(Refusal.UNAVAILABLE, "it is away"));
    host.close(true, "stopped");
    run();
    coordinator.bind(session, "elsewhere", BOOT);
    host.notice(Notice.of("any", "thing", null));
    pass(Duration.ofSeconds(15));

    assertThat(quarters.kept).isEmpty();
    assertThat(quarters.vacated).isTrue();
  }

  @Test
  void saysThatKeptFilesAreBackAndSavesThem() {
    Kept kept = new Kept(1, "k", new Kept.Since(4, List.of("m4"), 7));
    SnapshotRef behind = new SnapshotRef(4, "m4", 30, 6, 2, null);
    quarters.basis = new SessionFiles.Basis(behind, null, kept, true);
    SessionHost host = host(false, behind);
    host.prepare();
    keep();
    pass(Duration.ofSeconds(1));

    assertThat(new JsonObject(host.facts()).getInteger("turnsNotInWorkspace")).isEqualTo(1);
    assertThat(bodies().get(0)).contains("workspace_recovered");
    assertThat(coordinator.lastAttach().no()).isEqualTo(5);
    assertThat(coordinator.lastAttach().coversTurn()).isEqualTo(7);
  }

  @Test
  void saysThatKeptFilesAreNotUsed() {
    quarters.basis =
        new SessionFiles.Basis(
            newest, null, new Kept(1, "k", new Kept.Since(3, List.of("m3"), 5)), false);
    host(false, newest).prepare();

    assertThat(bodies()).hasSize(1);
    assertThat(bodies().get(0)).contains("workspace_changes_lost", "turn 5");
  }

  /** Lets the coordinator have every blob of the next snapshots. */
  private void keep() {
    coordinator.store("m" + quarters.files.hashCode(), Buffer.buffer());
  }

  private SessionHost host(boolean everyTurn, SnapshotRef from) {
    return new SessionHost(
        new OpenSandbox(
            binding,
            "default",
            "00".repeat(32),
            new AgentFiles("m", "agent", 1),
            new RuntimeSpec(
                RuntimeKind.JSONL,
                List.of("agent"),
                Limits.UNSET,
                NetworkPolicy.of(NetworkMode.NONE),
                new SnapshotPolicy(everyTurn, Set.of())),
            from,
            from != null,
            from == null ? 0 : from.no(),
            Map.of(),
            "{}",
            0),
        quarters,
        tools,
        jsonl);
  }
}
