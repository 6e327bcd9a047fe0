package io.ash.app.bench;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;

/** Every measured time, kept, so that percentiles are exact. Thread-safe. */
public final class Latencies {
  private long[] nanos = new long[1024];
  private int count;

  public Latencies() {}

  /** Keeps a time in nanoseconds. */
  public synchronized void add(long took) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = took;
  }

  synchronized int count() {
    return count;
  }

  synchronized void clear() {
    count = 0;
  }

  /** The time that {@code percent} of all were not above, in milliseconds; 0 without any. */
  synchronized double percentile(double percent) {
    if (count == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * count);
    return sorted[Math.max(0, rank - 1)] / 1e6;
  }

  /** The time in the middle, in milliseconds. */
  public double median() {
    return round(percentile(50));
  }

  /** Count, p50, p95, p99 and the longest, in milliseconds. */
  public JsonObject json() {
    return new JsonObject()
        .put("count", count())
        .put("p50", round(percentile(50)))
        .put("p95", round(percentile(95)))
        .put("p99", round(percentile(99)))
        .put("max", round(percentile(100)));
  }

  /** Rounded to three places. */
  public static double round(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
