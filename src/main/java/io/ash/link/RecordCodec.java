package io.ash.link;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** Hands immutable records over the bus by reference; never leaves the JVM. */
final class RecordCodec implements MessageCodec<Object, Object> {
  static final String NAME = "ash-record";

  @Override
  public void encodeToWire(Buffer buffer, Object record) {
    throw new UnsupportedOperationException("records stay inside one JVM");
  }

  @Override
  public Object decodeFromWire(int pos, Buffer buffer) {
    throw new UnsupportedOperationException("records stay inside one JVM");
  }

  @Override
  public Object transform(Object record) {
    return record;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
