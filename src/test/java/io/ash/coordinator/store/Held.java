package io.ash.coordinator.store;

import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A transaction of somebody else, held open at a point of the test's choice. */
final class Held {
  private final PgConnection connection;

  private Held(PgConnection connection) {
    this.connection = connection;
  }

  static Held open(Vertx vertx, TestPostgres postgres) {
    PgConnection connection =
        Outcome.of(
            PgConnection.connect(
                vertx, DatabaseUrl.parse(postgres.url()).connectOptions("holder")));
    Outcome.of(connection.query("set search_path = ash").execute());
    Outcome.of(connection.query("begin").execute());
    return new Held(connection);
  }

  RowSet<Row> does(String sql, Object... args) {
    return Outcome.of(connection.preparedQuery(sql).execute(Tuple.wrap(args)));
  }

  void commit() {
    Outcome.of(connection.query("commit").execute());
    Outcome.of(connection.close());
  }

  /** Waits until so many statements of this database wait for a lock. */
  static void waiting(Database database, int count) {
    Awaitility.await()
        .atMost(900, TimeUnit.MILLISECONDS)
        .until(
            () ->
                Outcome.of(
                        database.query(
                            "t",
                            "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                                + " and datname = current_database()"))
                    .size(),
            n -> n == count);
  }
}
