package io.ash.app;

import io.ash.time.Ticker;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened, to be closed in reverse order within a limit.
 *
 * <p>Thread-safe: a start that fails and a signal that stops it may both close; each step is closed
 * once, and the second caller waits for the first.
 */
final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  /** Even after the deadline a step gets a moment: the last ones stop child processes. */
  private static final Duration LEAST = Duration.ofMillis(500);

  private final Deque<Step> steps = new ArrayDeque<>();
  private final Ticker ticker;
  private boolean closed;

  private record Step(String name, Supplier<Future<?>> close) {}

  Closing(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Remembers how to close what was just opened; fails where everything is being closed. */
  synchronized void add(String name, Supplier<Future<?>> close) {
    if (closed) {
      close(new Step(name, close), LEAST.toMillis());
      throw new CannotStart(ExitCode.DONE, "stopped while starting");
    }
    steps.push(new Step(name, close));
  }

  /** Closes all of it, blocking; answers whether every step was done within the limit. */
  synchronized boolean close(Duration limit) {
    closed = true;
    long started = ticker.nanos();
    boolean orderly = true;
    while (!steps.isEmpty()) {
      Step step = steps.pop();
      long left = limit.toMillis() - ticker.millisSince(started);
      orderly &= close(step, Math.max(left, LEAST.toMillis()));
    }
    return orderly;
  }

  private static boolean close(Step step, long millis) {
    try {
      step.close()
          .get()
          .toCompletionStage()
          .toCompletableFuture()
          .get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      LOG.atWarn().addKeyValue("part", step.name()).log("not closed in time; going on without it");
    } catch (ExecutionException | RuntimeException e) {
      LOG.atWarn().addKeyValue("part", step.name()).setCause(e).log("not closed in order");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}
