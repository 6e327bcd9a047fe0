package io.ash.coordinator.store;

import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads of sessions, and the changes that are no moves. */
public final class SessionStore {
  static final String COLUMNS =
      """
      s.id, s.tenant, s.agent_name, s.agent_version, s.agent_manifest, h.status, h.runner_id,
      h.incarnation, h.epoch, s.parent_id, s.settings, s.runtime, s.facts, s.sealed_env,
      s.created_at, h.active_at, h.last_seq, h.open_turn, h.last_turn, h.queued, h.snapshot_no
      """;

  private static final String GET =
      "select " + COLUMNS + " from session s join head h on h.session_id = s.id where s.id = $1";

  private static final String BY_CREATE_KEY =
      "select s.create_hash, "
          + COLUMNS
          + " from session s join head h on h.session_id = s.id"
          + " where s.tenant = $1 and s.create_key = $2";

  private static final String LIST =
      "select "
          + COLUMNS
          + """
           from session s join head h on h.session_id = s.id
          where s.tenant = $1 and ($2::text is null or s.agent_name = $2)
            and ($3::text is null or h.status = $3)
          order by s.created_at desc, s.id limit $4 offset $5
          """;

  private static final String COUNT =
      """
      select count(*) from session s join head h on h.session_id = s.id
      where s.tenant = $1 and ($2::text is null or s.agent_name = $2)
        and ($3::text is null or h.status = $3)
      """;

  private static final String SETTINGS =
      "update session set settings = $3 where id = $1 and tenant = $2 and settings = $4";

  private static final String ACTIVE = "select count(*) from head where status = 'active'";

  private static final String FORGET =
      """
      with h as (delete from head where session_id = $1 and status = 'ended' returning session_id),
       s as (delete from session where id in (select session_id from h)),
       t as (delete from turn where session_id in (select session_id from h)),
       e as (delete from event where session_id in (select session_id from h)),
       c as (delete from content_blob where session_id in (select session_id from h)),
       d0 as (delete from delta_0 where session_id in (select session_id from h)),
       d1 as (delete from delta_1 where session_id in (select session_id from h)),
       d2 as (delete from delta_2 where session_id in (select session_id from h)),
       d3 as (delete from delta_3 where session_id in (select session_id from h)),
       k as (delete from stream_ticket where session_id in (select session_id from h))
      select session_id from h
      """;

  private final Database database;

  public SessionStore(Database database) {
    this.database = database;
  }

  /** The session, whoever owns it. */
  public Future<Optional<SessionView>> get(SessionId id) {
    return database
        .query("session.get", GET, Tuple.of(id.value()))
        .map(rows -> first(rows).map(SessionStore::view));
  }

  /** What a create call with this key made before. */
  public Future<Optional<Created>> byCreateKey(String tenant, String key) {
    return database
        .query("session.by_create_key", BY_CREATE_KEY, Tuple.of(tenant, key))
        .map(rows -> first(rows).map(r -> new Created(view(r), r.getString("create_hash"))));
  }

  /** A session with the hash of the body that created it. */
  public record Created(SessionView session, String hash) {}

  /** Newest first; null filters match everything. */
  public Future<List<SessionView>> list(
      String tenant,
      @Nullable String agent,
      @Nullable SessionStatus status,
      int limit,
      int offset) {
    String wanted = status == null ? null : status.text();
    return database
        .query("session.list", LIST, Tuple.of(tenant, agent, wanted, limit, offset))
        .map(SessionStore::views);
  }

  /** How many sessions {@link #list} would find without its limit. */
  public Future<Long> count(String tenant, @Nullable String agent, @Nullable SessionStatus status) {
    String wanted = status == null ? null : status.text();
    return database
        .query("session.count", COUNT, Tuple.of(tenant, agent, wanted))
        .map(rows -> rows.iterator().next().getLong(0));
  }

  /** Replaces the settings if they are still {@code before}; false where somebody was faster. */
  public Future<Boolean> replaceSettings(
      String tenant, SessionId id, String settings, String before) {
    return database
        .query("session.settings", SETTINGS, Tuple.of(id.value(), tenant, settings, before))
        .map(rows -> rows.rowCount() == 1);
  }

  /** Active sessions of all tenants. */
  public Future<Integer> countActive() {
    return database
        .query("session.count_active", ACTIVE, Tuple.tuple())
        .map(rows -> rows.iterator().next().getLong(0).intValue());
  }

  /** Removes an ended session with everything that was said in it. */
  public Future<Boolean> forget(SessionId id) {
    return database
        .query("session.forget", FORGET, Tuple.of(id.value()))
        .map(rows -> rows.size() == 1);
  }

  static Optional<Row> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
  }

  private static List<SessionView> views(RowSet<Row> rows) {
    List<SessionView> all = new ArrayList<>(rows.size());
    rows.forEach(r -> all.add(view(r)));
    return all;
  }

  static SessionView view(Row r) {
    UUID parent = r.getUUID("parent_id");
    Integer openTurn = r.getInteger("open_turn");
    OffsetDateTime created = r.getOffsetDateTime("created_at");
    return new SessionView(
        new SessionId(r.getUUID("id")),
        r.getString("tenant"),
        r.getString("agent_name"),
        r.getInteger("agent_version"),
        r.getString("agent_manifest"),
        SessionStatus.of(r.getString("status")),
        r.getString("runner_id"),
        r.getUUID("incarnation"),
        r.getLong("epoch"),
        parent == null ? null : new SessionId(parent),
        r.getString("settings"),
        r.getString("runtime"),
        r.getString("facts"),
        r.getString("sealed_env"),
        created.toInstant(),
        r.getOffsetDateTime("active_at").toInstant(),
        r.getLong("last_seq"),
        openTurn == null ? 0 : openTurn,
        r.getInteger("last_turn"),
        r.getInteger("queued"),
        r.getInteger("snapshot_no"));
  }
}
