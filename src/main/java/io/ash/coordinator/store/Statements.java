package io.ash.coordinator.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/** Sends statements: the pool, or one transaction on it. */
interface Statements {
  /**
   * Prepares (once per connection) and runs one statement.
   *
   * <p>Fails with a {@link DatabaseFailure}, or with the driver's own exception where the server
   * refused the statement itself; see {@link Sql}.
   *
   * @param name stable name for logs, errors and metrics
   * @param args values for $1, $2, …
   */
  Future<RowSet<Row>> query(String name, String sql, Tuple args);

  /** The same without arguments. */
  default Future<RowSet<Row>> query(String name, String sql) {
    return query(name, sql, Tuple.tuple());
  }
}
