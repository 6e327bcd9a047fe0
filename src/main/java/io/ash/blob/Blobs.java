package io.ash.blob;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * A store of packed blobs by key. It does not look into them: who reads a blob checks it with
 * {@link Chunks#unpack}.
 */
public interface Blobs {
  /**
   * Those of {@code keys} that are not stored, in no order. Marks the others as wanted, so that
   * they stay for at least a day without a reference.
   */
  Future<List<String>> missing(List<String> keys);

  /** Stores a packed blob; what is there already stays as it is and is marked as wanted. */
  Future<Void> put(String key, Buffer packed);

  /** The packed blob; fails with {@link NoSuchBlob}. */
  Future<Buffer> get(String key);

  /** The same past every cache, for somebody who was given a damaged one. */
  default Future<Buffer> getAnew(String key) {
    return get(key);
  }
}
