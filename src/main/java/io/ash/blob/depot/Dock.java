package io.ash.blob.depot;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Ticker;
import io.ash.time.TimeLimit;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the work of a depot off the event loops: as many things at a time as it likes, within
 * bounds.
 *
 * <p>What cannot be done fails with {@link Refusal#UNAVAILABLE}: it may be tried again.
 * Thread-safe; futures complete on the context of the caller.
 */
public final class Dock {
  static final int WAITING_MOST = 512;

  /** Bytes on their way: an eighth of the heap, and never more than 128 MiB. */
  static final long BYTES_MOST = Math.min(128L << 20, Runtime.getRuntime().maxMemory() / 8);

  static final Duration LIMIT = Duration.ofSeconds(25);
  private static final Duration CHECK_LIMIT = Duration.ofSeconds(5);
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(60);
  private static final int DELETED_AT_ONCE = 20;
  private static final int ASKING_MOST = 4;
  private static final Logger LOG = LoggerFactory.getLogger(Dock.class);

  private final Vertx vertx;
  private final Depot depot;
  private final Ticker ticker;
  private final DepotTimes times;
  private final WorkerExecutor workers;
  private final WorkerExecutor checker;
  private final TimeLimit limit;
  private final TimeLimit checkLimit;
  private final TimeLimit probeLimit;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger asking = new AtomicInteger();
  private final AtomicLong bytesHeld = new AtomicLong();
  private final AtomicBoolean failing = new AtomicBoolean();

  public Dock(Vertx vertx, Timers timers, Ticker ticker, DepotTimes times, Depot depot) {
    this.vertx = vertx;
    this.depot = depot;
    this.ticker = ticker;
    this.times = times;
    this.workers =
        vertx.createSharedWorkerExecutor("ash-depot", depot.lanes(), 10, TimeUnit.MINUTES);
    this.checker = vertx.createSharedWorkerExecutor("ash-depot-check", 1, 10, TimeUnit.MINUTES);
    this.limit = new TimeLimit(timers, LIMIT);
    this.checkLimit = new TimeLimit(timers, CHECK_LIMIT);
    this.probeLimit = new TimeLimit(timers, PROBE_LIMIT);
  }

  /** Where it is, as {@code ASH_SNAPSHOT_URL} says it. */
  public String url() {
    return depot.url();
  }

  private interface Work<T> {
    T run() throws Exception;
  }

  /** See {@link Depot#write}. */
  public Future<Void> write(BytesName name, Buffer bytes) {
    return within(
        "write",
        bytes.length(),
        () -> {
          depot.write(name, bytes.getBytes());
          return null;
        });
  }

  /** See {@link Depot#read}; {@code size} is what is expected. */
  public Future<Optional<Buffer>> read(BytesName name, int size) {
    return within("read", size, () -> depot.read(name, size).map(Buffer::buffer));
  }

  /** See {@link Depot#delete}. */
  public Future<Void> delete(List<BytesName> names) {
    Future<Void> done = Future.succeededFuture();
    for (int from = 0; from < names.size(); from += DELETED_AT_ONCE) {
      List<BytesName> some = names.subList(from, Math.min(names.size(), from + DELETED_AT_ONCE));
      done =
          done.compose(
              before ->
                  within(
                      "delete",
                      0,
                      () -> {
                        depot.delete(some);
                        return null;
                      }));
    }
    return done;
  }

  /** See {@link Depot#list}. */
  public Future<List<Depot.Lying>> list(@Nullable BytesName after) {
    return within("list", 0, () -> depot.list(after));
  }

  /** See {@link Depot#tidy}. */
  public Future<Void> tidy(Instant before) {
    return within(
        "tidy",
        0,
        () -> {
          depot.tidy(before);
          return null;
        });
  }

  /** See {@link Depot#probe}; fails with what the depot says. */
  public Future<Void> probe() {
    return asked(
        probeLimit,
        () -> {
          depot.probe();
          return null;
        });
  }

  /** See {@link Depot#mark()}; fails with what the depot says. */
  public Future<Optional<String>> mark() {
    return asked(checkLimit, depot::mark);
  }

  /** See {@link Depot#mark(String)}; fails with what the depot says. */
  public Future<String> mark(String wished) {
    return asked(checkLimit, () -> depot.mark(wished));
  }

  /** One thread of its own, so that a depot that hangs takes no more of them than this one. */
  private <T> Future<T> asked(TimeLimit limit, Work<T> work) {
    if (asking.get() >= ASKING_MOST) {
      return Future.failedFuture(new IOException(url() + " does not answer"));
    }
    asking.incrementAndGet();
    Future<T> answer = checker.executeBlocking(work::run, true);
    answer.onComplete(done -> asking.decrementAndGet());
    return limit.on(answer, () -> new IOException(url() + " does not answer"));
  }

  /** Ends the threads; what is under way may be cut off. */
  public Future<Void> close() {
    return Future.join(workers.close(), checker.close())
        .eventually(
            () ->
                vertx.executeBlocking(
                    () -> {
                      depot.close();
                      return null;
                    }))
        .mapEmpty();
  }

  private <T> Future<T> within(String operation, long bytes, Work<T> work) {
    if (waiting.get() >= WAITING_MOST || bytesHeld.get() + bytes > BYTES_MOST) {
      times.took(operation, 0, DepotTimes.Outcome.TURNED_AWAY);
      return no("The store of files is busy; try again in a moment.");
    }
    waiting.incrementAndGet();
    bytesHeld.addAndGet(bytes);
    long started = ticker.nanos();
    AtomicBoolean late = new AtomicBoolean();
    Future<T> done =
        workers.executeBlocking(
            () -> {
              if (late.get()) {
                throw new IllegalStateException("nobody waits for it any more");
              }
              return work.run();
            },
            false);
    done.onComplete(
        result -> {
          waiting.decrementAndGet();
          bytesHeld.addAndGet(-bytes);
        });
    return limit
        .on(
            done,
            () -> {
              late.set(true);
              return new IllegalStateException(
                  "no answer within " + LIMIT.toSeconds() + " s: " + operation);
            })
        .onComplete(
            result ->
                times.took(
                    operation,
                    ticker.nanos() - started,
                    result.succeeded() ? DepotTimes.Outcome.OK : DepotTimes.Outcome.FAILED))
        .onSuccess(result -> well())
        .recover(
            e -> {
              badly(operation, e);
              return no("The store of files cannot be reached; try again in a moment.");
            });
  }

  private void well() {
    if (failing.compareAndSet(true, false)) {
      LOG.atInfo().addKeyValue("depot", url()).log("the store of files works again");
    }
  }

  private void badly(String operation, Throwable e) {
    if (failing.compareAndSet(false, true)) {
      LOG.atWarn()
          .addKeyValue("depot", url())
          .addKeyValue("operation", operation)
          .addKeyValue("cause", e.getMessage())
          .log("the store of files fails; snapshots are tried again until it works");
    }
  }

  private static <T> Future<T> no(String text) {
    return Future.failedFuture(new Refused(Refusal.UNAVAILABLE, text));
  }
}
