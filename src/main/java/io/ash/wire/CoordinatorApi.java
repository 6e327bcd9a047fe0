package io.ash.wire;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** What a runner may ask of any coordinator. */
public interface CoordinatorApi {
  /** Announces one boot of a runner; sessions of its earlier boots are let go in the same step. */
  Future<Registered> register(RegisterRunner call);

  /** Renews the lease and compares what the runner hosts with what is bound to it. */
  Future<HeartbeatReply> heartbeat(Heartbeat call);

  /** Leaves in order: sessions still bound are paused at once. */
  Future<Void> deregister(Deregister call);

  /** Appends what agents said; one verdict for each batch, in the order given. */
  Future<Appended> append(AppendEvents call);

  /** Says what became of {@link RunnerApi#open}; refused with {@code FENCED} for an older epoch. */
  Future<Void> opened(SandboxOpened call);

  /** Says that a sandbox was let go without being asked (evicted, out of memory between turns). */
  Future<Void> released(SandboxReleased call);

  /** Which of these blobs are not stored yet. */
  Future<MissingBlobs> missingBlobs(FindBlobs call);

  /** Stores one blob. */
  Future<Void> putBlob(PutBlob call);

  /** The bytes of one blob; refused with {@code NOT_FOUND} where it is not stored. */
  Future<Buffer> getBlob(GetBlob call);

  /** Makes a snapshot the newest of its session, in one guarded step. */
  Future<Attached> attach(AttachSnapshot call);
}
