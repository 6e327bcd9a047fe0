package io.ash.coordinator.session;

import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.store.EventRow;
import io.ash.coordinator.store.MoveStore;
import io.ash.coordinator.store.MoveStore.Leave;
import io.ash.coordinator.store.MoveStore.Moved;
import io.ash.model.Binding;
import io.ash.model.EventKind;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.model.SessionMove;
import io.ash.model.TurnStatus;
import io.ash.time.Timers;
import io.ash.wire.OpenSandbox;
import io.ash.wire.RunnerApi;
import io.ash.wire.SandboxOpened;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Asks runners for sandboxes and waits for what becomes of them.
 *
 * <p>The answer to an open call says only that the runner took it on; the outcome comes as a
 * report, perhaps to another coordinator. A caller whose report went elsewhere finds the new status
 * when its time is up. Thread-safe.
 */
public final class Openings {
  private final MoveStore moves;
  private final Fleet fleet;
  private final Journal journal;
  private final Timers timers;
  private final InstantSource clock;
  private final Duration patience;
  private final Map<Binding, Waiting> waiting = new ConcurrentHashMap<>();
  private volatile Consumer<SessionId> openTurn = id -> {};

  public Openings(
      MoveStore moves,
      Fleet fleet,
      Journal journal,
      Timers timers,
      InstantSource clock,
      Duration patience) {
    this.moves = moves;
    this.fleet = fleet;
    this.journal = journal;
    this.timers = timers;
    this.clock = clock;
    this.patience = patience;
  }

  private record Waiting(JsonObject lifecycle, Promise<Opened> outcome) {}

  /**
   * A sandbox that is ready.
   *
   * @param facts JSON: what the runner says of it
   */
  record Opened(Moved moved, String facts) {}

  /** Who is told of sessions whose open turn is to be handed out. */
  void onOpenTurn(Consumer<SessionId> listener) {
    openTurn = listener;
  }

  /**
   * Opens a sandbox and waits until it is ready; fails with {@link Refused} where the runner will
   * not or the sandbox cannot be prepared.
   *
   * @param lifecycle body of the row that records the move
   */
  Future<Opened> open(RunnerApi runner, OpenSandbox call, JsonObject lifecycle) {
    Promise<Opened> outcome = Promise.promise();
    Binding binding = call.binding();
    waiting.put(binding, new Waiting(lifecycle, outcome));
    Timers.Handle limit =
        timers.once(
            patience,
            () ->
                outcome.tryFail(
                    new Refused(
                        Refusal.UNAVAILABLE,
                        "The sandbox is not ready after "
                            + patience.toSeconds()
                            + " s; the session goes on starting.")));
    runner.open(call).onFailure(outcome::tryFail);
    return outcome
        .future()
        .onComplete(
            ignored -> {
              limit.cancel();
              waiting.remove(binding);
            });
  }

  /** A runner reports what became of an open call. */
  public Future<Void> opened(SandboxOpened report) {
    return report.failure() == null ? ready(report) : failed(report, report.failure());
  }

  private Future<Void> ready(SandboxOpened report) {
    Binding b = report.binding();
    Waiting w = waiting.get(b);
    JsonObject lifecycle = w == null ? Lifecycle.of("opened") : w.lifecycle();
    JsonObject facts = new JsonObject(report.facts());
    if (facts.containsKey("workspaceAt")) {
      lifecycle
          .put("workspaceAt", facts.getLong("workspaceAt"))
          .put("turnsNotInWorkspace", facts.getInteger("turnsNotInWorkspace"));
    }
    return moves
        .stay(b.session(), SessionMove.OPENED, lifecycle.encode(), b, report.facts())
        .compose(
            found -> {
              if (found.isEmpty()) {
                return Future.failedFuture(fenced());
              }
              Moved moved = found.get();
              record(b.session(), moved.lastSeq(), lifecycle);
              if (w != null) {
                w.outcome().tryComplete(new Opened(moved, report.facts()));
              }
              if (moved.openTurn() > 0) {
                openTurn.accept(b.session());
              }
              return Future.succeededFuture();
            });
  }

  private Future<Void> failed(SandboxOpened report, String why) {
    Binding b = report.binding();
    Refused refused = new Refused(refusal(report.code()), why);
    return fail(b, refused)
        .compose(
            found -> {
              Waiting w = waiting.get(b);
              if (w != null) {
                w.outcome().tryFail(refused);
              }
              return found.isPresent()
                  ? Future.succeededFuture()
                  : Future.<Void>failedFuture(fenced());
            });
  }

  /**
   * Moves a session whose sandbox cannot be had to {@code error}; waiting turns fail with it. One
   * whose workspace cannot be read is paused instead: nothing is wrong with the session, and the
   * store may give back what it lost.
   */
  Future<Optional<Moved>> fail(Binding b, Refused why) {
    boolean paused = why.refusal() == Refusal.WORKSPACE_DAMAGED;
    JsonObject lifecycle =
        Lifecycle.of(paused ? "paused" : "error", why.text()).put("code", why.refusal().code());
    Leave how =
        new Leave(
            lifecycle.encode(),
            b,
            Leave.ALL,
            TurnStatus.FAILED,
            TurnStatus.FAILED,
            why.text(),
            null,
            false);
    return moves
        .leave(b.session(), paused ? SessionMove.UNBIND : SessionMove.OPEN_FAILED, how)
        .onSuccess(found -> found.ifPresent(m -> journal.wake(b.session())));
  }

  private static Refusal refusal(String code) {
    for (Refusal r : Refusal.values()) {
      if (r.code().equals(code)) {
        return r;
      }
    }
    return Refusal.SANDBOX_FAILED;
  }

  private void record(SessionId id, long seq, JsonObject lifecycle) {
    journal.appended(
        id, new EventRow(seq, 0, EventKind.LIFECYCLE, lifecycle.encode(), clock.instant()));
  }

  Fleet fleet() {
    return fleet;
  }

  private static Refused fenced() {
    return new Refused(
        Refusal.FENCED, "The session has moved on since this sandbox was asked for.");
  }
}
