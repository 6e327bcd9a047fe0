package io.ash.time;

import io.vertx.core.Vertx;
import java.time.Duration;

/** Sets timers that fire on the event loop of the caller. */
public interface Timers {
  /** Runs {@code task} once after {@code delay} (at least a millisecond); the handle cancels it. */
  Handle once(Duration delay, Runnable task);

  /** A timer that was set. */
  @FunctionalInterface
  interface Handle {
    /** Cancels the timer; nothing happens if it has fired. */
    void cancel();
  }

  /** Timers of a Vert.x instance. */
  static Timers of(Vertx vertx) {
    return (delay, task) -> {
      long id = vertx.setTimer(Math.max(1, delay.toMillis()), ignored -> task.run());
      return () -> vertx.cancelTimer(id);
    };
  }
}
