package io.ash.runner.sandbox;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a pipe without making the caller wait for its reader.
 *
 * <p>Thread-safe. A thread writes while there is something to write and for a while after; an idle
 * process costs none, nor does one that hears only a few words. The queue is bounded.
 */
final class PipeWriter {
  /** Above this many bytes {@link #full} says so. */
  private static final int HIGH = 256 * 1024;

  /** Above this many bytes a write is refused. */
  private static final int MOST = 32 * 1024 * 1024;

  /** Bytes that every pipe takes at once while nobody has read from it. */
  private static final int AT_ONCE = 4096;

  private static final long IDLE_MILLIS = 10_000;
  private static final long STACK = 256 * 1024;

  private record Entry(Buffer bytes, Promise<Void> done) {}

  private final OutputStream out;
  private final Context context;
  private final String name;
  private final Deque<Entry> queue = new ArrayDeque<>();
  private long queued;
  private int first;
  private boolean writing;
  private boolean closing;
  private boolean wasFull;
  private @Nullable Runnable drained;

  PipeWriter(OutputStream out, Context context, String name) {
    this.out = out;
    this.context = context;
    this.name = name;
  }

  /** Completes on the event loop when the pipe has taken the bytes. */
  synchronized Future<Void> write(Buffer bytes) {
    if (closing) {
      return Future.failedFuture(new IOException("the input of this process is closed"));
    }
    if (queued > 0 && queued + bytes.length() > MOST) {
      return Future.failedFuture(
          new Refused(Refusal.TOO_MANY_REQUESTS, "the process does not read its input"));
    }
    if (first + bytes.length() <= AT_ONCE) {
      return writeFirst(bytes);
    }
    Promise<Void> done = Promise.promise();
    queue.add(new Entry(bytes, done));
    queued += bytes.length();
    wasFull |= queued > HIGH;
    wake();
    return done.future();
  }

  /** The first words go without a thread: they cannot block, as nothing was written before. */
  private Future<Void> writeFirst(Buffer bytes) {
    first += bytes.length();
    try {
      out.write(bytes.getBytes());
      out.flush();
      return Future.succeededFuture();
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
  }

  /** Whether the caller should wait for the drain. */
  synchronized boolean full() {
    return queued > HIGH;
  }

  /** Runs on the event loop each time a full queue has become empty. */
  synchronized void onDrain(Runnable action) {
    drained = action;
  }

  /** Closes the pipe after what is queued. */
  synchronized void close() {
    boolean quiet = !writing && queue.isEmpty();
    closing = true;
    if (quiet) {
      closeQuietly();
    } else {
      wake();
    }
  }

  private void wake() {
    if (writing) {
      notifyAll();
      return;
    }
    writing = true;
    first = AT_ONCE;
    Thread thread = new Thread(null, this::run, name, STACK);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    for (Entry entry = next(); entry != null; entry = next()) {
      Entry current = entry;
      try {
        out.write(current.bytes.getBytes());
        out.flush();
        context.runOnContext(v -> current.done.complete());
      } catch (IOException e) {
        context.runOnContext(v -> current.done.fail(e));
      }
      written(current);
    }
  }

  private synchronized @Nullable Entry next() {
    while (queue.isEmpty() && !closing) {
      try {
        wait(IDLE_MILLIS);
      } catch (InterruptedException e) {
        closing = true;
      }
      if (queue.isEmpty() && !closing) {
        writing = false;
        return null;
      }
    }
    if (queue.isEmpty()) {
      closeQuietly();
    }
    return queue.poll();
  }

  private void closeQuietly() {
    try {
      out.close();
    } catch (IOException e) {
      // Its reader is gone already, which is what closing is for.
    }
  }

  private synchronized void written(Entry entry) {
    queued -= entry.bytes.length();
    if (queued == 0 && wasFull) {
      wasFull = false;
      if (drained != null) {
        Runnable action = drained;
        context.runOnContext(v -> action.run());
      }
    }
  }
}
