package io.ash.coordinator.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.function.Function;

/**
 * One transaction on a connection of the pool, which gets it back at the end.
 *
 * <p>Speaks BEGIN, COMMIT and ROLLBACK itself. A COMMIT after a failed statement is answered by the
 * server without an error although it rolls back; so a failed statement is remembered here.
 * Confined to the event loop of its connection.
 */
final class OpenTransaction implements Statements {
  private final String name;
  private final SqlConnection connection;
  private final Answers answers;
  private Future<?> firstFailure = Future.succeededFuture();

  OpenTransaction(String name, SqlConnection connection, Answers answers) {
    this.name = name;
    this.connection = connection;
    this.answers = answers;
  }

  <T> Future<T> run(Function<Statements, Future<T>> work) {
    return control("BEGIN", Answers.Loss.NOT_DONE)
        .compose(begun -> call(work))
        .compose(
            result ->
                firstFailure.failed()
                    ? Future.failedFuture(firstFailure.cause())
                    : control("COMMIT", Answers.Loss.MAY_BE_DONE).map(result))
        .onSuccess(done -> connection.close())
        .onFailure(failed -> connection.query("ROLLBACK").execute().eventually(connection::close));
  }

  @Override
  public Future<RowSet<Row>> query(String statement, String sql, Tuple args) {
    return answers
        .limited(statement, connection.preparedQuery(sql).execute(args), Answers.Loss.NOT_DONE)
        .onFailure(
            e -> {
              if (firstFailure.succeeded()) {
                firstFailure = Future.failedFuture(e);
              }
            });
  }

  private <T> Future<T> call(Function<Statements, Future<T>> work) {
    try {
      return work.apply(this);
    } catch (RuntimeException bug) {
      return Future.failedFuture(bug);
    }
  }

  private Future<Void> control(String sql, Answers.Loss loss) {
    return answers.limited(name, connection.query(sql).execute(), loss).mapEmpty();
  }
}
