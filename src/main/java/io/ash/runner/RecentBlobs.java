package io.ash.runner;

import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Small blobs in memory, those that were used last. Confined to the runner loop. */
final class RecentBlobs {
  private static final int LARGEST = 64 << 10;
  private static final int MOST_BYTES = 8 << 20;

  private final Map<String, Buffer> kept = new LinkedHashMap<>(16, 0.75f, true);
  private int bytes;

  /** Keeps a blob in place of an earlier one of this key; a large one is not kept. */
  void add(String key, Buffer packed) {
    Buffer before = kept.remove(key);
    bytes -= before == null ? 0 : before.length();
    if (packed.length() > LARGEST) {
      return;
    }
    kept.put(key, packed);
    bytes += packed.length();
    for (Iterator<Buffer> oldest = kept.values().iterator(); bytes > MOST_BYTES; ) {
      bytes -= oldest.next().length();
      oldest.remove();
    }
  }

  /** The blob; null where it is not kept. */
  @Nullable Buffer get(String key) {
    return kept.get(key);
  }
}
