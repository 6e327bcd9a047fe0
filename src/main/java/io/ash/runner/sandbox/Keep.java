package io.ash.runner.sandbox;

import io.vertx.core.buffer.Buffer;

/** Keeps the first bytes of an output and drops the rest. Confined to one event loop. */
final class Keep {
  private final int most;
  private final Buffer kept = Buffer.buffer();
  private boolean truncated;

  Keep(int most) {
    this.most = most;
  }

  void add(Buffer chunk) {
    int room = most - kept.length();
    if (chunk.length() > room) {
      truncated = true;
    }
    if (room > 0) {
      kept.appendBuffer(chunk, 0, Math.min(room, chunk.length()));
    }
  }

  Buffer bytes() {
    return kept;
  }

  boolean truncated() {
    return truncated;
  }
}
