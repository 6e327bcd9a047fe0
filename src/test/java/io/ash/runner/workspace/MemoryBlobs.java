package io.ash.runner.workspace;

import io.ash.blob.Blobs;
import io.ash.blob.NoSuchBlob;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A store in memory that counts and can be robbed. Thread-safe. */
final class MemoryBlobs implements Blobs {
  final Map<String, Buffer> stored = new ConcurrentHashMap<>();
  final List<String> put = new ArrayList<>();
  volatile Runnable beforeMissing = () -> {};

  @Override
  public Future<List<String>> missing(List<String> keys) {
    beforeMissing.run();
    return Future.succeededFuture(keys.stream().filter(k -> !stored.containsKey(k)).toList());
  }

  @Override
  public synchronized Future<Void> put(String key, Buffer packed) {
    put.add(key);
    stored.putIfAbsent(key, packed);
    return Future.succeededFuture();
  }

  @Override
  public Future<Buffer> get(String key) {
    Buffer found = stored.get(key);
    return found == null ? Future.failedFuture(new NoSuchBlob(key)) : Future.succeededFuture(found);
  }
}
