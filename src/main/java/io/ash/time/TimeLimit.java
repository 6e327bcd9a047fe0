package io.ash.time;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.Supplier;

/** Ends the wait for a future after a while; the work behind it goes on by itself. */
public final class TimeLimit {
  private final Timers timers;
  private final Duration limit;

  public TimeLimit(Timers timers, Duration limit) {
    this.timers = timers;
    this.limit = limit;
  }

  /** The same future, or one that fails with {@code late} when the limit comes first. */
  public <T> Future<T> on(Future<T> work, Supplier<? extends Throwable> late) {
    if (work.isComplete()) {
      return work;
    }
    Promise<T> promise = Promise.promise();
    Timers.Handle timer = timers.once(limit, () -> promise.tryFail(late.get()));
    work.onComplete(
        result -> {
          timer.cancel();
          if (result.succeeded()) {
            promise.tryComplete(result.result());
          } else {
            promise.tryFail(result.cause());
          }
        });
    return promise.future();
  }
}
