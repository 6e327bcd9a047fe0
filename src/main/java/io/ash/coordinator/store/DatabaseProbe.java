package io.ash.coordinator.store;

import io.ash.time.TimeLimit;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.UUID;

/**
 * Finds out what stands behind a URL: a server with sessions of its own, or a pooler that hands
 * every transaction to another session, where LISTEN, locks and prepared statements break silently.
 *
 * <p>Two connections do it. The first marks its session and lets go of it; the second opens a
 * transaction, which on a pooler takes the session that was just let go; then the first looks for
 * its mark.
 */
final class DatabaseProbe {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final TimeLimit limit;

  DatabaseProbe(Timers timers) {
    this.limit = new TimeLimit(timers, PATIENCE);
  }

  /** Looks through two open connections, which stay open. */
  Future<Connectivity> look(PgConnection first, PgConnection second) {
    return PostgresVersion.of(first)
        .compose(
            version ->
                version.cockroach()
                    ? Future.succeededFuture(new Connectivity(version.text(), true, false))
                    : keepsSessions(first, second)
                        .compose(
                            keeps ->
                                keeps ? delivers(first, second) : Future.succeededFuture(false))
                        .compose(
                            listens ->
                                keepsSessions(first, second)
                                    .map(
                                        keeps ->
                                            new Connectivity(version.text(), keeps, listens))));
  }

  private Future<Boolean> keepsSessions(PgConnection first, PgConnection second) {
    String mark = UUID.randomUUID().toString();
    Future<Boolean> kept =
        session(first, "SELECT set_config('ash.mark', '" + mark + "', false), pg_backend_pid()")
            .compose(
                marked ->
                    second
                        .query("BEGIN")
                        .execute()
                        .compose(begun -> session(second, SESSION))
                        .compose(
                            other ->
                                session(first, SESSION)
                                    .map(
                                        now ->
                                            now.pid == marked.pid
                                                && now.mark.equals(mark)
                                                && other.pid != marked.pid
                                                && !other.mark.equals(mark)))
                        .eventually(() -> second.query("ROLLBACK").execute()));
    // A pooler with a single session cannot answer the first while the second holds it.
    return limit.on(kept, () -> new DatabaseUnavailable("probe", "late")).otherwise(false);
  }

  private static final String SESSION =
      "SELECT coalesce(current_setting('ash.mark', true), ''), pg_backend_pid()";

  private record Session(String mark, int pid) {}

  private static Future<Session> session(SqlConnection connection, String sql) {
    return connection
        .query(sql)
        .execute()
        .map(
            rows -> {
              Row row = rows.iterator().next();
              return new Session(row.getString(0), row.getInteger(1));
            });
  }

  private Future<Boolean> delivers(PgConnection first, PgConnection second) {
    String channel = "ash_probe_" + UUID.randomUUID().toString().replace("-", "");
    Promise<Boolean> heard = Promise.promise();
    first.notificationHandler(
        notification -> {
          if (notification.getChannel().equals(channel)) {
            heard.tryComplete(true);
          }
        });
    Future<Boolean> delivered =
        first
            .query("LISTEN " + channel)
            .execute()
            .compose(listening -> second.query("NOTIFY " + channel).execute())
            .compose(sent -> heard.future());
    return limit
        .on(delivered, () -> new DatabaseUnavailable("probe", "no notification"))
        .otherwise(false)
        .eventually(() -> first.query("UNLISTEN " + channel).execute());
  }
}
