package io.ash.runner;

import io.ash.blob.Blobs;
import io.ash.blob.CorruptBlob;
import io.ash.blob.NoSuchBlob;
import io.ash.model.Binding;
import io.ash.model.Refused;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.FindBlobs;
import io.ash.wire.GetBlob;
import io.ash.wire.MissingBlobs;
import io.ash.wire.PutBlob;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** The blobs that one epoch of a session may see, as kept behind the coordinator. */
final class RemoteBlobs implements Blobs {
  private final Binding binding;
  private final CoordinatorApi coordinator;

  RemoteBlobs(Binding binding, CoordinatorApi coordinator) {
    this.binding = binding;
    this.coordinator = coordinator;
  }

  @Override
  public Future<List<String>> missing(List<String> keys) {
    return coordinator.missingBlobs(new FindBlobs(binding, keys)).map(MissingBlobs::keys);
  }

  @Override
  public Future<Void> put(String key, Buffer packed) {
    return coordinator.putBlob(new PutBlob(binding, key, packed));
  }

  @Override
  public Future<Buffer> get(String key) {
    return coordinator
        .getBlob(new GetBlob(binding, key))
        .recover(e -> Future.failedFuture(e instanceof Refused no ? meant(key, no) : e));
  }

  private static Throwable meant(String key, Refused no) {
    return switch (no.refusal()) {
      case NOT_FOUND -> new NoSuchBlob(key);
      case DAMAGED -> new CorruptBlob(key, "so the store says");
      default -> no;
    };
  }
}
