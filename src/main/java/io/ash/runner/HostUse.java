package io.ash.runner;

import io.ash.time.Ticker;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * When a session last did anything, what runs beside its agent, and whether its processes stand
 * still meanwhile. Confined to the runner loop.
 */
final class HostUse {
  private final Ticker ticker;
  private final Slumber slumber;
  private int running;
  private long lastAt;

  HostUse(Ticker ticker, Slumber slumber) {
    this.ticker = ticker;
    this.slumber = slumber;
    this.lastAt = ticker.nanos();
  }

  /** Does something beside the agent, a command or a change of files, with the processes awake. */
  <T> Future<T> run(Supplier<Future<T>> work) {
    running++;
    return slumber
        .awake()
        .compose(v -> work.get())
        .onComplete(
            done -> {
              running--;
              lastAt = ticker.nanos();
            });
  }

  /** A turn begins or ends. */
  void turn() {
    lastAt = ticker.nanos();
  }

  /** Whether a command or a change of files runs. */
  boolean running() {
    return running > 0;
  }

  /** Milliseconds since the last use. */
  long millisSince() {
    return ticker.millisSince(lastAt);
  }
}
