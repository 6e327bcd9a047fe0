package io.ash.runner;

import io.ash.blob.Blobs;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** A store with something in front of its reads; all else goes to it. Thread-safe as the store. */
abstract class ForwardingBlobs implements Blobs {
  private final Blobs store;

  ForwardingBlobs(Blobs store) {
    this.store = store;
  }

  @Override
  public Future<List<String>> missing(List<String> keys) {
    return store.missing(keys);
  }

  @Override
  public Future<Void> put(String key, Buffer packed) {
    return store.put(key, packed);
  }

  @Override
  public Future<Buffer> getAnew(String key) {
    return store.getAnew(key);
  }
}
