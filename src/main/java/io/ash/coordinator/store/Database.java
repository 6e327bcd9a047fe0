package io.ash.coordinator.store;

import io.ash.time.Backoff;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The pool of connections and the only way to it.
 *
 * <p>Thread-safe. Every wait is bounded: for a connection {@value #ACQUIRE_MILLIS} ms in a queue of
 * {@value #QUEUE_MOST}, for a statement six seconds. Statements that lost against another one
 * (40001, 40P01) are sent again, at most {@value #TRIES_MOST} times in all.
 */
public final class Database implements Statements {
  static final int ACQUIRE_MILLIS = 2_000;
  static final int QUEUE_MOST = 1_024;
  static final int TRIES_MOST = 6;
  private static final int CONNECT_MILLIS = 5_000;
  private static final int SILENCE_MILLIS = 8_000;

  private final Timers timers;
  private final Ticker ticker;
  private final StatementTimes times;
  private final Answers answers;
  private final Pool pool;
  private final Heartbeat heartbeat;

  /**
   * Connects lazily: nothing is sent until the first statement. {@link DatabaseStart} waits until
   * the server answers.
   *
   * @param coordinatorId shown as {@code ash-<id>} in the server's list of connections
   */
  public Database(
      Vertx vertx,
      Timers timers,
      Ticker ticker,
      StatementTimes times,
      DatabaseConfig config,
      String coordinatorId) {
    this.timers = timers;
    this.ticker = ticker;
    this.times = times;
    this.answers = new Answers(timers);
    Connections connections = new Connections(vertx, timers, config, coordinatorId);
    this.pool =
        PgBuilder.pool()
            .with(
                new PoolOptions()
                    .setName("ash-" + coordinatorId)
                    .setMaxSize(config.poolMax())
                    .setMaxWaitQueueSize(QUEUE_MOST)
                    .setConnectionTimeout(ACQUIRE_MILLIS)
                    .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
            .with(
                new NetClientOptions()
                    .setConnectTimeout(CONNECT_MILLIS)
                    .setTcpKeepAlive(true)
                    .setTcpUserTimeout(SILENCE_MILLIS))
            .connectingTo(connections.pooled())
            .using(vertx)
            .build();
    this.heartbeat = new Heartbeat(connections, timers);
  }

  @Override
  public Future<RowSet<Row>> query(String name, String sql, Tuple args) {
    return timed(
        name,
        again(
            () ->
                acquire(name)
                    .compose(
                        connection -> {
                          Future<RowSet<Row>> answer = connection.preparedQuery(sql).execute(args);
                          answer.onComplete(done -> connection.close());
                          return answers.limited(name, answer, Answers.Loss.MAY_BE_DONE);
                        })));
  }

  /**
   * Runs statements in one transaction, committed when {@code work} succeeds. When it lost against
   * another transaction {@code work} is called again, so it must not have effects outside. A
   * statement that failed dooms the transaction, also when {@code work} recovers from it.
   */
  <T> Future<T> transaction(String name, Function<Statements, Future<T>> work) {
    return timed(
        name,
        again(
            () ->
                acquire(name)
                    .compose(
                        connection -> new OpenTransaction(name, connection, answers).run(work))));
  }

  /** Whether the server answers, asked on a connection outside the pool; within three seconds. */
  public Future<Void> ping() {
    return heartbeat.beat();
  }

  /** Closes every connection; statements under way fail. */
  public Future<Void> close() {
    return heartbeat.close().eventually(pool::close);
  }

  private Future<SqlConnection> acquire(String name) {
    return pool.getConnection()
        .recover(
            e -> {
              boolean full =
                  e instanceof ConnectionPoolTooBusyException || "Timeout".equals(e.getMessage());
              return Future.failedFuture(
                  full ? new PoolExhausted(name, e) : new DatabaseUnavailable(name, e));
            });
  }

  private <T> Future<T> again(Supplier<Future<T>> work) {
    return again(work, new Backoff(Duration.ofMillis(10), Duration.ofMillis(200)), 1);
  }

  private <T> Future<T> again(Supplier<Future<T>> work, Backoff backoff, int attempt) {
    return work.get()
        .recover(
            e -> {
              if (!Sql.isRetried(e) || attempt >= TRIES_MOST) {
                return Future.failedFuture(e);
              }
              Promise<T> later = Promise.promise();
              timers.once(
                  backoff.next(), () -> again(work, backoff, attempt + 1).onComplete(later));
              return later.future();
            });
  }

  private <T> Future<T> timed(String name, Future<T> work) {
    long started = ticker.nanos();
    return work.onComplete(
        result -> times.took(name, ticker.nanos() - started, result.succeeded()));
  }
}
