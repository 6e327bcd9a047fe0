package io.ash.runner.dialect;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines of text: LF ends a line, a CR before it is taken off, bytes
 * that are not UTF-8 become U+FFFD.
 *
 * <p>A line is decoded when it is complete, so a character cut in two by a chunk is whole again. A
 * line above the limit is skipped to its end and reported once, when the limit is passed: memory
 * stays below the limit whatever arrives. Confined to one event loop.
 */
public final class LineSplitter {
  /** The longest line of an agent: 8 MiB. */
  public static final int MAX_LINE_BYTES = 8 * 1024 * 1024;

  private static final int KEPT_CAPACITY = 64 * 1024;

  /** Takes what was cut, in order. */
  public interface Lines {
    /** One complete line without its end. */
    void line(String text);

    /** A line above the limit began; its bytes are skipped. */
    void tooLong(int maxBytes);
  }

  private final int maxBytes;
  private final Lines lines;
  private byte[] held = new byte[1024];
  private int length;
  private boolean skipping;

  public LineSplitter(int maxBytes, Lines lines) {
    this.maxBytes = maxBytes;
    this.lines = lines;
  }

  /** Takes the next bytes of the stream. */
  public void write(Buffer chunk) {
    byte[] bytes = chunk.getBytes();
    write(bytes, 0, bytes.length);
  }

  /** Takes the next bytes of the stream: {@code bytes[from..to)}; the array may be used again. */
  public void write(byte[] bytes, int from, int to) {
    int start = from;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        take(bytes, start, i);
        endLine();
        start = i + 1;
      }
    }
    take(bytes, start, to);
  }

  /** The stream is over: what stands behind the last LF is a line too. */
  public void end() {
    if (length > 0 || skipping) {
      endLine();
    }
  }

  private void take(byte[] bytes, int from, int to) {
    int n = to - from;
    if (skipping || n == 0) {
      return;
    }
    if (n > maxBytes - length) {
      skipping = true;
      release();
      lines.tooLong(maxBytes);
      return;
    }
    if (held.length < length + n) {
      int wanted = Math.max(length + n, Math.min(maxBytes, held.length * 2));
      held = Arrays.copyOf(held, wanted);
    }
    System.arraycopy(bytes, from, held, length, n);
    length += n;
  }

  private void endLine() {
    if (skipping) {
      skipping = false;
      return;
    }
    int end = length > 0 && held[length - 1] == '\r' ? length - 1 : length;
    String text = new String(held, 0, end, StandardCharsets.UTF_8);
    release();
    lines.line(text);
  }

  private void release() {
    length = 0;
    if (held.length > KEPT_CAPACITY) {
      held = new byte[1024];
    }
  }
}
