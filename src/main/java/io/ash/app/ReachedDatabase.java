package io.ash.app;

import io.ash.coordinator.store.DatabaseRefused;
import io.ash.coordinator.store.DatabaseStart;
import io.ash.coordinator.store.MigrationRefused;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A database that answered once, and is waited for again where a later step of the start finds it
 * gone. Blocks the thread that calls it.
 */
final class ReachedDatabase {
  private static final Duration SLACK = Duration.ofSeconds(30);

  private final DatabaseStart start;
  private final Duration patience;

  private ReachedDatabase(DatabaseStart start, Duration patience) {
    this.start = start;
    this.patience = patience;
  }

  /**
   * Waits until the server answers, and looks whether it may be used.
   *
   * @param patience how long it is waited for, now and by each later step
   */
  static ReachedDatabase await(DatabaseStart start, Duration patience) {
    result("waiting for the database", start.await(patience), patience.plus(SLACK));
    return new ReachedDatabase(start, patience);
  }

  /**
   * Runs a step, from its beginning again where the database goes away meanwhile; what it refuses
   * is one line.
   *
   * @param limit how long the step may take beside the waiting
   */
  <T> T step(String what, Supplier<Future<T>> step, Duration limit) {
    return result(what, start.through(step, patience), limit.plus(patience).plus(SLACK));
  }

  private static <T> T result(String what, Future<T> future, Duration limit) {
    try {
      return Await.result(what, future, limit);
    } catch (MigrationRefused | DatabaseRefused e) {
      throw new CannotStart(ExitCode.DATABASE, e.getMessage());
    }
  }
}
