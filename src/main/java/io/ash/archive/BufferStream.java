package io.ash.archive;

import io.vertx.core.buffer.Buffer;
import java.io.InputStream;

/** Reads a buffer without copying it whole. */
final class BufferStream extends InputStream {
  private final Buffer buffer;
  private int at;

  BufferStream(Buffer buffer) {
    this.buffer = buffer;
  }

  /** Bytes read so far. */
  long position() {
    return at;
  }

  @Override
  public int read() {
    return at < buffer.length() ? buffer.getByte(at++) & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    int n = Math.min(length, buffer.length() - at);
    if (n <= 0) {
      return length == 0 ? 0 : -1;
    }
    buffer.getBytes(at, at + n, into, offset);
    at += n;
    return n;
  }

  /** So that what follows the first member of a gzip file is seen. */
  @Override
  public int available() {
    return buffer.length() - at;
  }
}
