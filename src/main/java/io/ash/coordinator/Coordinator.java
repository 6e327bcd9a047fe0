package io.ash.coordinator;

import io.ash.blob.Blobs;
import io.ash.blob.CorruptBlob;
import io.ash.blob.NoSuchBlob;
import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.journal.Appends;
import io.ash.coordinator.session.SessionRoom;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.wire.AppendEvents;
import io.ash.wire.Appended;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.Attached;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.Deregister;
import io.ash.wire.FindBlobs;
import io.ash.wire.GetBlob;
import io.ash.wire.Heartbeat;
import io.ash.wire.HeartbeatReply;
import io.ash.wire.MissingBlobs;
import io.ash.wire.PutBlob;
import io.ash.wire.RegisterRunner;
import io.ash.wire.Registered;
import io.ash.wire.SandboxOpened;
import io.ash.wire.SandboxReleased;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** Answers runners by asking the rooms. */
public final class Coordinator implements CoordinatorApi {
  private final Fleet fleet;
  private final Appends appends;
  private final SessionRoom sessions;
  private final SnapshotStore snapshots;
  private final Blobs blobs;

  public Coordinator(
      Fleet fleet, Appends appends, SessionRoom sessions, SnapshotStore snapshots, Blobs blobs) {
    this.fleet = fleet;
    this.appends = appends;
    this.sessions = sessions;
    this.snapshots = snapshots;
    this.blobs = blobs;
  }

  @Override
  public Future<Registered> register(RegisterRunner call) {
    return fleet.register(call);
  }

  @Override
  public Future<HeartbeatReply> heartbeat(Heartbeat call) {
    return fleet.heartbeat(call);
  }

  @Override
  public Future<Void> deregister(Deregister call) {
    return fleet.deregister(call);
  }

  @Override
  public Future<Appended> append(AppendEvents call) {
    return appends.append(call);
  }

  @Override
  public Future<Void> opened(SandboxOpened call) {
    return sessions.openings().opened(call);
  }

  @Override
  public Future<Void> released(SandboxReleased call) {
    return sessions.rests().letGo(call.binding(), call.reason(), call.lastTurn());
  }

  @Override
  public Future<MissingBlobs> missingBlobs(FindBlobs call) {
    return blobs.missing(call.keys()).map(MissingBlobs::new);
  }

  @Override
  public Future<Void> putBlob(PutBlob call) {
    return blobs.put(call.key(), call.bytes());
  }

  @Override
  public Future<Buffer> getBlob(GetBlob call) {
    return blobs.get(call.key()).recover(failure -> Future.failedFuture(said(failure)));
  }

  /** What a runner can tell apart from a breakage of ours. */
  private static Throwable said(Throwable failure) {
    if (failure instanceof NoSuchBlob) {
      return new Refused(Refusal.NOT_FOUND, String.valueOf(failure.getMessage()));
    }
    return failure instanceof CorruptBlob
        ? new Refused(Refusal.DAMAGED, String.valueOf(failure.getMessage()))
        : failure;
  }

  @Override
  public Future<Attached> attach(AttachSnapshot call) {
    return snapshots.attach(call);
  }
}
