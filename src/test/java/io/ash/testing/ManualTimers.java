package io.ash.testing;

import io.ash.time.Timers;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Timers that fire when time is moved, in order of their moments, on the thread that moves it.
 * Carries a ticker that moves along. Not thread-safe.
 */
public final class ManualTimers implements Timers {
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
  private final ManualTicker ticker = new ManualTicker();
  private long order;

  @Override
  public Handle once(Duration delay, Runnable task) {
    long wait = Math.max(Duration.ofMillis(1).toNanos(), delay.toNanos());
    Task set = new Task(ticker.nanos() + wait, order++, task);
    tasks.add(set);
    return () -> tasks.remove(set);
  }

  /** The ticker that moves with these timers. */
  public ManualTicker ticker() {
    return ticker;
  }

  /** How many timers are set. */
  public int pending() {
    return tasks.size();
  }

  /** Moves time and runs what falls due on the way, timers set meanwhile included. */
  public void advance(Duration by) {
    long end = ticker.nanos() + by.toNanos();
    for (Task t = tasks.peek(); t != null && t.at() <= end; t = tasks.peek()) {
      tasks.remove(t);
      ticker.advance(Duration.ofNanos(t.at() - ticker.nanos()));
      t.run().run();
    }
    ticker.advance(Duration.ofNanos(end - ticker.nanos()));
  }

  private record Task(long at, long order, Runnable run) {}
}
