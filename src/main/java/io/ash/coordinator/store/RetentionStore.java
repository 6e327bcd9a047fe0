package io.ash.coordinator.store;

import io.ash.model.SessionStatus;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Removes ended sessions and, bit by bit, what is left of them in the large tables.
 *
 * <p>A session goes at once, with its snapshots and tickets, and is noted as forgotten; its journal
 * follows in bounded steps, which any coordinator may take and a crash only delays.
 */
public final class RetentionStore {
  private static final int PAGE = 2_000;
  private static final int ROWS = 5_000;
  private static final UUID FIRST = new UUID(0, 0);

  /** Large tables; each is emptied of a session in steps. */
  static final List<String> LARGE =
      List.of("event", "content_blob", "turn", "delta_0", "delta_1", "delta_2", "delta_3");

  private static final String PAGES =
      """
      with page as materialized (select session_id, status, active_at from head
        where session_id > $1 order by session_id limit %d)
      select (select session_id from page order by session_id desc limit 1) as upto,
        (select count(*) from page) as heads,
        array(select session_id from page
          where status = $2 and active_at < now() - make_interval(secs => $3)) as old
      """
          .formatted(PAGE);

  private static final String FORGET =
      """
      with old as materialized (select session_id from head where session_id = any($1)
          and status = $2 and active_at < now() - make_interval(secs => $3)
        order by session_id for update skip locked),
      h as (delete from head using old where head.session_id = old.session_id
        returning head.session_id),
      s as (delete from session where id in (select session_id from h)),
      k as (delete from stream_ticket where session_id in (select session_id from h)),
      f as (insert into forgotten (session_id) select session_id from h on conflict do nothing)
      select session_id from h
      """;

  private static final String NEXT =
      "select session_id from forgotten order by session_id limit 1 for update skip locked";

  private static final String DONE = "delete from forgotten where session_id = $1";

  private final Database database;

  public RetentionStore(Database database) {
    this.database = database;
  }

  /**
   * Some sessions in the order of their ids.
   *
   * @param upto the last of them
   * @param old those that ended long enough ago
   */
  public record Page(UUID upto, boolean full, List<UUID> old) {}

  /** Sessions after {@code after}, with those that ended at least {@code ago}. */
  public Future<Page> page(UUID after, Duration ago) {
    return database
        .query("session.old", PAGES, Tuple.of(after, ended(), CollectorStore.seconds(ago)))
        .map(
            rows -> {
              Row r = rows.iterator().next();
              UUID upto = r.getUUID("upto");
              return new Page(
                  upto == null ? FIRST : upto,
                  r.getLong("heads") == PAGE,
                  List.of(r.getArrayOfUUIDs("old")));
            });
  }

  /** Where pages begin. */
  public static UUID first() {
    return FIRST;
  }

  /** Removes those of {@code ids} that ended at least {@code ago}; answers how many. */
  public Future<Integer> forget(List<UUID> ids, Duration ago) {
    Tuple args = Tuple.of(ids.toArray(UUID[]::new), ended(), CollectorStore.seconds(ago));
    return database.query("session.forget_old", FORGET, args).map(rows -> rows.size());
  }

  /**
   * Removes up to {@value #ROWS} rows from each large table of one forgotten session; false where
   * nothing is left to do, or others do it.
   */
  public Future<Boolean> purge() {
    return database.transaction(
        "session.purge",
        tx ->
            tx.query("session.forgotten", NEXT)
                .compose(
                    rows ->
                        rows.size() == 0
                            ? Future.succeededFuture(false)
                            : purge(tx, rows.iterator().next().getUUID(0)).map(true)));
  }

  private static Future<Void> purge(Statements tx, UUID session) {
    Future<Boolean> all = Future.succeededFuture(true);
    for (String table : LARGE) {
      all = all.compose(soFar -> empty(tx, table, session).map(done -> done && soFar));
    }
    return all.compose(
        done ->
            done
                ? tx.query("session.purged", DONE, Tuple.of(session)).mapEmpty()
                : Future.succeededFuture());
  }

  private static Future<Boolean> empty(Statements tx, String table, UUID session) {
    String no = table.equals("turn") ? "no" : "seq";
    String sql =
        "delete from %1$s where session_id = $1 and %2$s in (select %2$s from %1$s"
                .formatted(table, no)
            + " where session_id = $1 limit "
            + ROWS
            + ")";
    return tx.query("session.purge_" + table, sql, Tuple.of(session))
        .map(rows -> rows.rowCount() < ROWS);
  }

  private static String ended() {
    return SessionStatus.ENDED.text();
  }
}
