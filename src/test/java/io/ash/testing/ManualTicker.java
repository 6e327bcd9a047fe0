package io.ash.testing;

import io.ash.time.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that moves when it is told to. Thread-safe. */
public final class ManualTicker implements Ticker {
  private final AtomicLong nanos = new AtomicLong();

  @Override
  public long nanos() {
    return nanos.get();
  }

  /** Moves forward. */
  public void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
  }
}
