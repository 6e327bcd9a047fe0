package io.ash.time;

/** A monotonic reading for durations inside one process; unrelated to the wall clock. */
@FunctionalInterface
public interface Ticker {
  /** Nanoseconds from an arbitrary origin; only differences mean anything. */
  long nanos();

  /** Milliseconds that have passed since an earlier reading of {@link #nanos}. */
  default long millisSince(long earlier) {
    return (nanos() - earlier) / 1_000_000;
  }

  /** The machine's own. */
  static Ticker system() {
    return System::nanoTime;
  }
}
