package io.ash.runner.sandbox;

import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition of the host that nothing announces, looking ever more rarely. */
final class Until {
  private static final long MOST_MILLIS = 50;

  private final WorkerExecutor workers;
  private final Timers timers;
  private final Ticker ticker;

  Until(WorkerExecutor workers, Timers timers, Ticker ticker) {
    this.workers = workers;
    this.timers = timers;
    this.ticker = ticker;
  }

  /**
   * Completes when the condition holds; fails after {@code limit}.
   *
   * @param condition runs on a worker; tries as well as looks
   * @param otherwise the message of the failure
   */
  Future<Void> holds(Callable<Boolean> condition, Duration limit, String otherwise) {
    return look(condition, ticker.nanos(), limit, otherwise, 1);
  }

  private Future<Void> look(
      Callable<Boolean> condition, long since, Duration limit, String otherwise, long pause) {
    return workers
        .executeBlocking(condition, false)
        .compose(
            held -> {
              if (held) {
                return Future.succeededFuture();
              }
              if (ticker.millisSince(since) > limit.toMillis()) {
                return Future.failedFuture(new IllegalStateException(otherwise));
              }
              Promise<Void> rest = Promise.promise();
              timers.once(Duration.ofMillis(pause), rest::complete);
              long next = Math.min(MOST_MILLIS, pause * 2);
              return rest.future().compose(v -> look(condition, since, limit, otherwise, next));
            });
  }
}
