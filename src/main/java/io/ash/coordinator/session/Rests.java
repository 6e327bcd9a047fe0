package io.ash.coordinator.session;

import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.store.JournalStore;
import io.ash.coordinator.store.MoveStore;
import io.ash.coordinator.store.MoveStore.Leave;
import io.ash.coordinator.store.MoveStore.Moved;
import io.ash.coordinator.store.SessionStore;
import io.ash.coordinator.store.SessionView;
import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.model.SessionMove;
import io.ash.model.TurnStatus;
import io.ash.wire.CloseSandbox;
import io.ash.wire.SnapshotSandbox;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings sessions to rest: pause, stop, end, and letting go of sandboxes that are not there any
 * more.
 */
public final class Rests {
  private static final Logger LOG = LoggerFactory.getLogger(Rests.class);

  private final SessionStore sessions;
  private final MoveStore moves;
  private final JournalStore journalStore;
  private final Fleet fleet;
  private final Journal journal;

  Rests(
      SessionStore sessions,
      MoveStore moves,
      JournalStore journalStore,
      Fleet fleet,
      Journal journal) {
    this.sessions = sessions;
    this.moves = moves;
    this.journalStore = journalStore;
    this.fleet = fleet;
    this.journal = journal;
  }

  Future<SessionView> pause(SessionView s) {
    String lifecycle = Lifecycle.of("paused").encode();
    return moves
        .stay(s.id(), SessionMove.PAUSE, lifecycle, null, null)
        .compose(
            moved -> {
              if (moved.isEmpty()) {
                return refuse(s.id(), "pause");
              }
              journal.wake(s.id());
              Binding binding = moved.get().runner();
              return binding == null
                  ? fresh(s.id())
                  : snapshot(binding).compose(v -> fresh(s.id()));
            });
  }

  /** Keeps what can be kept; a pause does not fail because a snapshot did. */
  private Future<Void> snapshot(Binding binding) {
    return fleet
        .reach(binding)
        .compose(runner -> runner.snapshot(new SnapshotSandbox(binding)))
        .recover(
            cause -> {
              LOG.atWarn()
                  .addKeyValue("session", binding.session())
                  .addKeyValue("cause", cause.getMessage())
                  .log("paused without a new snapshot; the one before is kept");
              return Future.succeededFuture();
            });
  }

  Future<SessionView> stop(SessionView s) {
    if (!SessionMove.STOP.from().contains(s.status())) {
      return refuse(s.id(), "stop");
    }
    return close(s, SessionMove.STOP, "stopped")
        .compose(moved -> moved.isEmpty() ? refuse(s.id(), "stop") : fresh(s.id()));
  }

  Future<SessionView> end(SessionView s) {
    return SessionMove.END.from().contains(s.status())
        ? close(s, SessionMove.END, "ended").compose(moved -> fresh(s.id()))
        : Future.succeededFuture(s);
  }

  /** The sandbox first, so that what the agent said last is in the journal; then the row. */
  private Future<Optional<Moved>> close(SessionView s, SessionMove move, String action) {
    String reason = "The session was " + action + ".";
    Future<Void> closed =
        s.binding().map(b -> closeSandbox(b, reason)).orElseGet(Future::succeededFuture);
    return closed
        .compose(v -> partial(s.id()))
        .compose(
            partial -> {
              Leave how =
                  new Leave(
                      Lifecycle.of(action).encode(),
                      null,
                      Leave.ALL,
                      TurnStatus.INTERRUPTED,
                      TurnStatus.INTERRUPTED,
                      reason,
                      partial,
                      false);
              return moves.leave(s.id(), move, how);
            })
        .onSuccess(moved -> journal.wake(s.id()));
  }

  private Future<Void> closeSandbox(Binding binding, String reason) {
    return fleet
        .reach(binding)
        .compose(runner -> runner.close(new CloseSandbox(binding, true, reason)))
        .recover(
            cause -> {
              if (!(cause instanceof Refused no && no.refusal() == Refusal.SANDBOX_GONE)) {
                LOG.atWarn()
                    .addKeyValue("session", binding.session())
                    .addKeyValue("cause", cause.getMessage())
                    .log("the runner did not confirm; its next heartbeat removes the sandbox");
              }
              return Future.succeededFuture();
            });
  }

  /**
   * Lets a session go whose sandbox is not there any more: the epoch rises, the session is paused.
   *
   * @param begun number of the last turn that the sandbox may have begun; an open turn above it
   *     waits for the next sandbox, any other is lost
   */
  public Future<Void> letGo(Binding binding, String reason, int begun) {
    SessionId id = binding.session();
    return partial(id)
        .compose(
            partial -> {
              Leave how =
                  new Leave(
                      Lifecycle.of("paused", reason).encode(),
                      binding,
                      begun,
                      TurnStatus.LOST,
                      null,
                      reason,
                      partial,
                      true);
              return moves.leave(id, SessionMove.UNBIND, how);
            })
        .map(
            moved -> {
              journal.wake(id);
              return null;
            });
  }

  /** Text that was streamed in the open turn and that no message has covered. */
  private Future<@Nullable String> partial(SessionId id) {
    return sessions
        .get(id)
        .compose(
            found -> {
              if (found.isEmpty() || found.get().openTurn() == 0) {
                return Future.succeededFuture();
              }
              return journalStore.uncoveredDeltas(id, found.get().openTurn()).map(Rests::join);
            });
  }

  private static @Nullable String join(List<String> deltas) {
    if (deltas.isEmpty()) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    for (String body : deltas) {
      text.append(new JsonObject(body).getString("delta", ""));
    }
    return new JsonObject().put("text", text.toString()).encode();
  }

  private Future<SessionView> refuse(SessionId id, String verb) {
    return fresh(id)
        .compose(
            now ->
                Future.failedFuture(
                    new Refused(
                        Refusal.WRONG_STATE,
                        "Cannot "
                            + verb
                            + " session with status \""
                            + now.status().text()
                            + "\"")));
  }

  private Future<SessionView> fresh(SessionId id) {
    return sessions
        .get(id)
        .map(
            found ->
                found.orElseThrow(
                    () -> new Refused(Refusal.SESSION_NOT_FOUND, "Session not found")));
  }
}
