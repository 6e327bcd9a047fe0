package io.ash.coordinator.store;

import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema to the version this ash needs.
 *
 * <p>Any number of processes may migrate at once: each migration runs in a transaction that holds
 * the lock row and writes the book, so it is applied once and the others wait. Fails with {@link
 * MigrationRefused} where the schema is not ours to change. Every call uses a connection of its
 * own, never the pool.
 */
public final class Migrator {
  private static final Logger LOG = LoggerFactory.getLogger(Migrator.class);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  /** Two processes making the same schema or table at the same moment. */
  private static final Set<String> MADE_MEANWHILE =
      Set.of("23505", "42P06", "42P07", "XX000", "40001", "40P01");

  private static final int TRIES_MOST = 10;

  private final Connections connections;
  private final Timers timers;
  private final Ticker ticker;
  private final MigrationBook book;

  /**
   * A migrator for the given migrations, which are numbered 1, 2, 3, …; {@link Migrations#bundled}
   * are those of ash.
   */
  public Migrator(
      Vertx vertx,
      Timers timers,
      Ticker ticker,
      DatabaseConfig config,
      String coordinatorId,
      List<Migration> migrations) {
    this.connections = new Connections(vertx, timers, config, coordinatorId);
    this.timers = timers;
    this.ticker = ticker;
    this.book = new MigrationBook(Migrations.inOrder(migrations));
  }

  /** What is applied and what is pending; changes nothing. */
  public Future<SchemaStatus> status() {
    return connected(book::read);
  }

  /** What {@link #migrate} would apply; changes nothing. */
  public Future<List<Migration>> pending() {
    return status().map(SchemaStatus::pending);
  }

  /** Applies what is pending and returns what this call itself applied, in order. */
  public Future<List<Migration>> migrate() {
    return connected(
        connection ->
            book.read(connection)
                .compose(
                    status ->
                        status.isCurrent()
                            ? Future.succeededFuture(List.of())
                            : makeBook(connection, 1)
                                .compose(made -> applyAll(connection, new ArrayList<>()))));
  }

  /** Waits until another process has brought the schema to the required version. */
  public Future<Void> awaitVersion(Duration limit) {
    return awaitVersion(limit, ticker.nanos(), 0);
  }

  private Future<Void> awaitVersion(Duration limit, long since, int looks) {
    return status()
        .compose(
            status -> {
              if (status.isCurrent()) {
                return Future.succeededFuture();
              }
              int required = status.version() + status.pending().size();
              if (ticker.millisSince(since) >= limit.toMillis()) {
                return Future.failedFuture(
                    new MigrationRefused(
                        "the database has schema version "
                            + status.version()
                            + ", this ash needs "
                            + required
                            + ", and nobody migrated it within "
                            + limit.toSeconds()
                            + " s; run: java -jar ash.jar migrate"));
              }
              if (looks == 0) {
                LOG.atInfo()
                    .addKeyValue("version", status.version())
                    .addKeyValue("required", required)
                    .log("waiting for the schema to be migrated");
              }
              Promise<Void> later = Promise.promise();
              timers.once(
                  LOOK_AGAIN, () -> awaitVersion(limit, since, looks + 1).onComplete(later));
              return later.future();
            });
  }

  private Future<Void> makeBook(PgConnection connection, int attempt) {
    return book.make(connection)
        .recover(
            e -> {
              String state = Sql.state(e).orElse("");
              if (MADE_MEANWHILE.contains(state) && attempt < TRIES_MOST) {
                return makeBook(connection, attempt + 1);
              }
              return Future.failedFuture(state.equals("42501") ? mayNot(e) : e);
            });
  }

  private static MigrationRefused mayNot(Throwable e) {
    return new MigrationRefused(
        "the database user may not make the schema ash ("
            + e.getMessage()
            + "); run as its owner: GRANT CREATE ON DATABASE … TO …, or CREATE SCHEMA ash"
            + " AUTHORIZATION …",
        e);
  }

  private Future<List<Migration>> applyAll(PgConnection connection, List<Migration> applied) {
    return applyNext(connection)
        .compose(
            next -> {
              if (next.isEmpty()) {
                return Future.succeededFuture(List.copyOf(applied));
              }
              applied.addAll(next);
              return applyAll(connection, applied);
            });
  }

  /** One transaction: the lock row, the first pending migration, its line in the book. */
  private Future<List<Migration>> applyNext(PgConnection connection) {
    return connection
        .query("BEGIN")
        .execute()
        .compose(begun -> book.lock(connection))
        .compose(locked -> book.read(connection))
        .compose(
            status ->
                status.isCurrent()
                    ? Future.succeededFuture(List.<Migration>of())
                    : apply(connection, status.pending().get(0)).map(List::of))
        .compose(done -> connection.query("COMMIT").execute().map(done))
        .onFailure(e -> connection.query("ROLLBACK").execute());
  }

  private Future<Migration> apply(PgConnection connection, Migration migration) {
    LOG.atInfo().addKeyValue("migration", migration.label()).log("applying migration");
    return connection
        .query(migration.sql())
        .execute()
        .recover(e -> Future.failedFuture(failed(migration, e)))
        .compose(done -> book.write(connection, migration))
        .map(migration);
  }

  private static MigrationRefused failed(Migration migration, Throwable e) {
    return new MigrationRefused(
        "migration "
            + migration.label()
            + " failed and was rolled back, earlier ones stay applied ("
            + e.getMessage()
            + "); mend the cause and run: java -jar ash.jar migrate",
        e);
  }

  private <T> Future<T> connected(Function<PgConnection, Future<T>> work) {
    return connections
        .patient(PATIENCE)
        .compose(connection -> work.apply(connection).eventually(connection::close))
        .recover(
            e ->
                Future.failedFuture(
                    Sql.isNotNow(e) || Sql.isLost(e) ? new DatabaseUnavailable("migrate", e) : e));
  }
}
