package io.ash.runner;

import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;

/** Waits for work no longer than a limit; the work itself goes on. */
final class Limited {
  private Limited() {}

  /** Completes as the work does, or fails at the limit. */
  static Future<Void> within(Timers timers, Duration limit, Future<Void> work) {
    Promise<Void> settled = Promise.promise();
    Timers.Handle late =
        timers.once(limit, () -> settled.tryFail("not done in " + limit.toSeconds() + " s"));
    work.onComplete(
        done -> {
          late.cancel();
          if (done.succeeded()) {
            settled.tryComplete();
          } else {
            settled.tryFail(done.cause());
          }
        });
    return settled.future();
  }
}
