package io.ash.runner.sandbox;

import io.ash.time.Ticker;

/**
 * How fast the outputs of one process are read: a second's worth at once, then as much as the limit
 * gives. Thread-safe: both outputs share one.
 */
final class Pace {
  private static final long SECOND = 1_000_000_000L;
  private static final long LONG = 5 * SECOND;

  private final long bytesPerSecond;
  private final Ticker ticker;
  private final Runnable slowed;
  private long spentUntil;
  private long slowSince;
  private boolean told;

  /**
   * A pace.
   *
   * @param slowed runs once, on a reading thread, when the process had to wait for some seconds
   */
  Pace(long bytesPerSecond, Ticker ticker, Runnable slowed) {
    this.bytesPerSecond = bytesPerSecond;
    this.ticker = ticker;
    this.slowed = slowed;
    this.spentUntil = ticker.nanos() - SECOND;
  }

  /** Counts bytes that were read; nanoseconds to wait before more are. */
  synchronized long take(int bytes) {
    long now = ticker.nanos();
    spentUntil = Math.max(spentUntil, now - SECOND) + bytes * SECOND / bytesPerSecond;
    long wait = spentUntil - now;
    if (wait <= 0) {
      // A wait that is over shows here too; only reading freely ends the slowness.
      slowSince = bytes > 0 ? 0 : slowSince;
      return 0;
    }
    if (slowSince == 0) {
      slowSince = now;
    } else if (!told && now - slowSince > LONG) {
      told = true;
      slowed.run();
    }
    return wait;
  }
}
