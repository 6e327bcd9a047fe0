package io.ash.coordinator.store;

import io.ash.time.TimeLimit;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;

/**
 * Asks the server for a sign of life on a connection of its own, so that an exhausted pool does not
 * look like a lost database. Thread-safe: one beat at a time, others wait for its answer.
 */
final class Heartbeat {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(3);

  private final Connections connections;
  private final TimeLimit limit;
  private Future<PgConnection> connection = Future.failedFuture("not connected yet");
  private Future<Void> beat = Future.succeededFuture();
  private boolean closed;

  Heartbeat(Connections connections, Timers timers) {
    this.connections = connections;
    this.limit = new TimeLimit(timers, ANSWER_LIMIT);
  }

  synchronized Future<Void> beat() {
    if (beat.isComplete() && !closed) {
      if (connection.failed()) {
        connection = connections.likePool();
      }
      Future<PgConnection> asked = connection;
      beat =
          limit
              .on(
                  asked.compose(c -> c.query("SELECT 1").execute()),
                  () -> new DatabaseUnavailable("ping", "no answer in 3 s"))
              .<Void>mapEmpty()
              .recover(
                  e -> {
                    drop(asked);
                    return Future.failedFuture(
                        e instanceof DatabaseFailure ? e : new DatabaseUnavailable("ping", e));
                  });
    }
    return beat;
  }

  private synchronized void drop(Future<PgConnection> broken) {
    if (connection == broken) {
      connection = Future.failedFuture("lost");
    }
    broken.onSuccess(PgConnection::close);
  }

  synchronized Future<Void> close() {
    closed = true;
    return connection.compose(PgConnection::close).otherwiseEmpty();
  }
}
