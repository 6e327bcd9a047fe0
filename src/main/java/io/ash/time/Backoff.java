package io.ash.time;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Waits that double from {@code first} to {@code most}, each spread over its upper half. Not
 * thread-safe.
 */
public final class Backoff {
  private final Duration first;
  private final Duration most;
  private int attempts;

  public Backoff(Duration first, Duration most) {
    this.first = first;
    this.most = most;
  }

  /** The next wait. */
  public Duration next() {
    long full = Math.min(most.toMillis(), first.toMillis() << Math.min(attempts++, 20));
    return Duration.ofMillis(full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1));
  }

  /** Starts over after a success. */
  public void reset() {
    attempts = 0;
  }
}
