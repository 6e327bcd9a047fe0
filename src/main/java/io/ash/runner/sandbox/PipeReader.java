package io.ash.runner.sandbox;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings the bytes of a pipe to an event loop, in chunks as they come.
 *
 * <p>A thread of its own reads; it stops while {@link #WINDOW} bytes wait for the consumer, so the
 * writer of the pipe blocks and memory stays bounded. {@link #pause} and {@link #resume} are called
 * on the event loop.
 */
final class PipeReader {
  /** Bytes that may wait for the consumer. */
  static final int WINDOW = 256 * 1024;

  private static final int LARGEST_CHUNK = 64 * 1024;
  private static final long STACK = 256 * 1024;

  private final InputStream in;
  private final Context context;
  private final Handler<Buffer> consumer;
  private final UnaryOperator<Buffer> first;
  private final Pace pace;
  private final Runnable ended;

  private final Deque<Buffer> held = new ArrayDeque<>();
  private boolean paused;
  private boolean over;

  private int waiting;
  private boolean abandoned;

  /**
   * A reader that has not started.
   *
   * @param first sees every chunk on the reading thread and gives what is to be delivered
   * @param pace how fast it may read
   * @param ended runs on the event loop after the last chunk was delivered
   */
  PipeReader(
      InputStream in,
      Context context,
      Handler<Buffer> consumer,
      UnaryOperator<Buffer> first,
      Pace pace,
      Runnable ended) {
    this.in = in;
    this.context = context;
    this.consumer = consumer;
    this.first = first;
    this.pace = pace;
    this.ended = ended;
  }

  void start(String name) {
    Thread thread = new Thread(null, this::read, name, STACK);
    thread.setDaemon(true);
    thread.start();
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    while (!paused && !held.isEmpty()) {
      hand(held.remove());
    }
    endIfOver();
  }

  /** Delivers nothing more and lets the writer of the pipe run free until its end. */
  void abandon() {
    held.clear();
    paused = false;
    synchronized (this) {
      abandoned = true;
      notifyAll();
    }
  }

  private void read() {
    try {
      for (Buffer chunk = chunk(); chunk != null; chunk = chunk()) {
        Buffer passed = first.apply(chunk);
        if (passed.length() > 0 && claim(passed.length())) {
          context.runOnContext(v -> deliver(passed));
        }
        rest(chunk.length());
      }
    } catch (IOException e) {
      // The pipe was closed under us because its process ended: its end all the same.
    } finally {
      context.runOnContext(
          v -> {
            over = true;
            endIfOver();
          });
    }
  }

  /** Blocks for one byte, then takes what is there: no buffer stands by for an idle pipe. */
  private @Nullable Buffer chunk() throws IOException {
    int head = in.read();
    if (head < 0) {
      return null;
    }
    byte[] bytes = new byte[1 + Math.min(in.available(), LARGEST_CHUNK - 1)];
    bytes[0] = (byte) head;
    int length = 1 + in.readNBytes(bytes, 1, bytes.length - 1);
    return length == bytes.length
        ? Buffer.buffer(bytes)
        : Buffer.buffer().appendBytes(bytes, 0, length);
  }

  /** Leaves the pipe alone for a while, so that its writer comes to a halt. */
  private synchronized void rest(int bytes) {
    for (long nanos = pace.take(bytes); nanos > 0 && !abandoned; nanos = pace.take(0)) {
      try {
        wait(1 + nanos / 1_000_000);
      } catch (InterruptedException e) {
        abandoned = true;
      }
    }
  }

  private synchronized boolean claim(int bytes) {
    while (waiting > 0 && waiting + bytes > WINDOW && !abandoned) {
      try {
        wait();
      } catch (InterruptedException e) {
        abandoned = true;
      }
    }
    waiting += bytes;
    return !abandoned;
  }

  private synchronized void release(int bytes) {
    waiting -= bytes;
    notifyAll();
  }

  private void deliver(Buffer chunk) {
    if (paused || !held.isEmpty()) {
      held.add(chunk);
    } else {
      hand(chunk);
    }
  }

  private void hand(Buffer chunk) {
    release(chunk.length());
    consumer.handle(chunk);
  }

  private void endIfOver() {
    if (over && !paused && held.isEmpty()) {
      over = false;
      ended.run();
    }
  }
}
