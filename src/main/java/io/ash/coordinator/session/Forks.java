package io.ash.coordinator.session;

import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.store.SessionStore;
import io.ash.coordinator.store.SessionView;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.wire.SnapshotSandbox;
import io.vertx.core.Future;

/** Makes a session out of another: its workspace, its conversation, its settings. */
final class Forks {
  private final SessionStore sessions;
  private final SnapshotStore snapshots;
  private final Fleet fleet;
  private final SessionSecrets secrets;

  Forks(SessionStore sessions, SnapshotStore snapshots, Fleet fleet, SessionSecrets secrets) {
    this.sessions = sessions;
    this.snapshots = snapshots;
    this.fleet = fleet;
    this.secrets = secrets;
  }

  /** A live parent is snapshotted first, so that the child has what the parent has now. */
  Future<SessionView> fork(SessionView parent) {
    Future<Void> kept =
        parent
            .binding()
            .map(
                b ->
                    fleet
                        .reach(b)
                        .compose(runner -> runner.snapshot(new SnapshotSandbox(b)))
                        .recover(
                            cause ->
                                cause instanceof Refused no && no.refusal() == Refusal.SANDBOX_GONE
                                    ? Future.succeededFuture()
                                    : Future.failedFuture(cause)))
            .orElseGet(Future::succeededFuture);
    return kept.compose(v -> copy(parent));
  }

  private Future<SessionView> copy(SessionView parent) {
    SessionId child = SessionId.random();
    String sealed = secrets.seal(child, secrets.open(parent.id(), parent.sealedEnv()));
    String lifecycle =
        Lifecycle.of("forked").put("parentSessionId", parent.id().toString()).encode();
    return snapshots
        .fork(child, parent.id(), parent.tenant(), sealed, lifecycle)
        .compose(made -> sessions.get(child))
        .map(
            found ->
                found.orElseThrow(
                    () -> new Refused(Refusal.SESSION_NOT_FOUND, "Session not found")));
  }
}
