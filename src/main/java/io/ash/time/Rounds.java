package io.ash.time;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A periodic duty: one round after another, never two at once, with jitter between them.
 *
 * <p>A round that fails is logged and the next one comes at its usual time. Confined to the event
 * loop that started it.
 */
public final class Rounds {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final String name;
  private final Timers timers;
  private final Duration period;
  private final Duration jitter;
  private final Supplier<Future<?>> round;
  private Timers.Handle next = () -> {};
  private boolean running;
  private boolean inRound;
  private boolean again;

  public Rounds(
      String name, Timers timers, Duration period, Duration jitter, Supplier<Future<?>> round) {
    this.name = name;
    this.timers = timers;
    this.period = period;
    this.jitter = jitter;
    this.round = round;
  }

  /** Starts the rounds; the first comes after one period. */
  public void start() {
    running = true;
    arm();
  }

  /** Runs a round at once, or right after the one under way. */
  public void soon() {
    if (!running) {
      return;
    }
    if (inRound) {
      again = true;
    } else {
      next.cancel();
      run();
    }
  }

  /** Stops; a round under way ends by itself. */
  public void stop() {
    running = false;
    next.cancel();
  }

  private void arm() {
    long spread =
        jitter.toMillis() == 0 ? 0 : ThreadLocalRandom.current().nextLong(jitter.toMillis() + 1);
    next = timers.once(period.plusMillis(spread), this::run);
  }

  private void run() {
    if (!running) {
      return;
    }
    inRound = true;
    Future<?> done;
    try {
      done = round.get();
    } catch (RuntimeException e) {
      done = Future.failedFuture(e);
    }
    done.onComplete(
        result -> {
          inRound = false;
          if (result.failed()) {
            LOG.atWarn()
                .addKeyValue("duty", name)
                .setCause(result.cause())
                .log("round failed; the next one comes as planned");
          }
          if (running && again) {
            again = false;
            run();
          } else if (running) {
            arm();
          }
        });
  }
}
