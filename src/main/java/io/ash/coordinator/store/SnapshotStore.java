package io.ash.coordinator.store;

import io.ash.model.Binding;
import io.ash.model.SessionId;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.Attached;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Snapshots of workspaces: attached under the fence, shared by forks. */
public final class SnapshotStore {
  private static final String ATTACH =
      """
      with missing as materialized (select k from unnest($6::text[]) k
        where not exists (select 1 from blob where key = k and not lost)),
      u as (update head set snapshot_no = $5
        where session_id = $1 and runner_id = $2 and incarnation = $3 and epoch = $4
          and snapshot_no = $5 - 1 and uplink_no >= $8 and not exists (select 1 from missing)
        returning session_id, last_seq - (uplink_no - $8) as covers_seq,
          least($9::int, last_turn) as covers_turn),
      s as (insert into snapshot (session_id, no, manifest, covers_seq, covers_turn)
        select session_id, $5, $7, covers_seq, covers_turn from u),
      m as (insert into manifest_blob (manifest, blob_key)
        select $7, k from unnest($6::text[]) k, u where k <> $7 on conflict do nothing),
      o as (delete from snapshot using u where snapshot.session_id = u.session_id
        and snapshot.no < $5 and snapshot.no <> $10::int)
      select (select count(*) from u) as accepted, array(select k from missing) as missing
      """;

  /** The files are still what the newest snapshot says: it covers what happened since. */
  private static final String COVER =
      """
      with u as (update head set snapshot_no = $5
        where session_id = $1 and runner_id = $2 and incarnation = $3 and epoch = $4
          and snapshot_no = $5 and uplink_no >= $7
        returning session_id, last_seq - (uplink_no - $7) as covers_seq,
          least($8::int, last_turn) as covers_turn),
      s as (update snapshot s set covers_seq = u.covers_seq, covers_turn = u.covers_turn from u
        where s.session_id = u.session_id and s.no = $5 and s.manifest = $6 returning s.no)
      select (select count(*) from s) as accepted, array[]::text[] as missing
      """;

  private static final String ATTACH_AT_REST =
      """
      with u as (update head set snapshot_no = $2
        where session_id = $1 and runner_id is null and snapshot_no = $2 - 1
          and not exists (select 1 from unnest($4::text[]) k
            where not exists (select 1 from blob where key = k and not lost))
        returning session_id, last_seq, last_turn - queued as turns),
      s as (insert into snapshot (session_id, no, manifest, covers_seq, covers_turn)
        select u.session_id, $2, $3, coalesce(o.covers_seq, u.last_seq),
          coalesce(o.covers_turn, u.turns)
        from u left join snapshot o on o.session_id = u.session_id and o.no = $2 - 1),
      m as (insert into manifest_blob (manifest, blob_key)
        select $3, k from unnest($4::text[]) k, u where k <> $3 on conflict do nothing),
      o as (delete from snapshot using u where snapshot.session_id = u.session_id
        and snapshot.no < $2 - 1)
      select session_id from u
      """;

  private static final String NEWEST =
      "select no, manifest, covers_seq, covers_turn from snapshot where session_id = $1"
          + " order by no desc limit 1";

  private static final String FORK =
      """
      with n as materialized (select no, manifest, covers_seq, covers_turn from snapshot
        where session_id = $2 order by no desc limit 1),
      p as materialized (select s.*, h.last_seq, h.open_turn, h.last_turn, h.queued,
          coalesce((select greatest(n.covers_seq, coalesce(t.end_seq, 0)) from n
            left join turn t on t.session_id = $2 and t.no = n.covers_turn), h.last_seq) as upto,
          least(coalesce((select covers_turn from n), h.last_turn),
            coalesce(h.open_turn, h.last_turn - h.queued + 1) - 1) as turns
        from session s join head h on h.session_id = s.id where s.id = $2 and s.tenant = $3),
      s as (insert into session (id, tenant, agent_name, agent_version, agent_manifest, runtime,
          parent_id, settings, sealed_env)
        select $1, tenant, agent_name, agent_version, agent_manifest, runtime, id, settings, $4
        from p returning id),
      h as (insert into head (session_id, tenant, status, last_seq, last_turn, snapshot_no, opened)
        select $1, tenant, 'paused', upto + 1, turns, case when exists (select 1 from n) then 1 else 0 end,
          exists (select 1 from n) from p),
      sn as (insert into snapshot (session_id, no, manifest, covers_seq, covers_turn)
        select s.id, 1, n.manifest, n.covers_seq, n.covers_turn from n, s),
      t as (insert into turn (session_id, no, status, options, user_seq, end_seq, created_at, ended_at)
        select $1, t.no, t.status, t.options, t.user_seq, t.end_seq, t.created_at, t.ended_at
        from turn t, p where t.session_id = $2 and t.no <= p.turns),
      e as (insert into event (session_id, seq, turn, kind, body, at)
        select $1, e.seq, e.turn, e.kind, e.body, e.at from event e, p
        where e.session_id = $2 and e.seq <= p.upto and e.turn <= p.turns
        union all
        select $1, p.upto + 1, 0, 'lifecycle', $5, now() from p),
      c as (insert into content_blob (session_id, seq, no, blob_key)
        select $1, c.seq, c.no, c.blob_key from p join event e on e.session_id = $2
            and e.seq <= p.upto and e.turn <= p.turns and e.kind = 'user'
          join content_blob c on c.session_id = $2 and c.seq = e.seq)
      select id from s
      """;

  private final Database database;

  public SnapshotStore(Database database) {
    this.database = database;
  }

  /**
   * Makes a snapshot the newest of its session and keeps one before, or lets the newest cover more.
   */
  public Future<Attached> attach(AttachSnapshot a) {
    Binding b = a.binding();
    Tuple args = Tuple.of(b.session().value(), b.runner(), b.incarnation(), b.epoch(), a.no());
    if (!a.unchanged()) {
      args.addValue(a.blobs().toArray(String[]::new));
    }
    args.addValue(a.manifest()).addValue(a.uplinkNo()).addValue(a.coversTurn());
    if (!a.unchanged()) {
      args.addValue(a.keep());
    }
    return (a.unchanged()
            ? database.query("snapshot.cover", COVER, args)
            : attaching("snapshot.attach", ATTACH, args))
        .map(
            rows -> {
              Row r = rows.iterator().next();
              return new Attached(
                  r.getLong("accepted") == 1, List.of(r.getArrayOfStrings("missing")));
            });
  }

  /**
   * Makes a snapshot the newest of a session without a sandbox; false where it has one by now or
   * another snapshot came first.
   */
  public Future<Boolean> attachAtRest(SessionId id, int no, String manifest, List<String> blobs) {
    return attaching(
            "snapshot.attach_at_rest",
            ATTACH_AT_REST,
            Tuple.of(id.value(), no, manifest).addValue(blobs.toArray(String[]::new)))
        .map(rows -> rows.size() == 1);
  }

  /** A blob that went while the statement ran is missing when it looks again. */
  private Future<RowSet<Row>> attaching(String name, String sql, Tuple args) {
    return database
        .query(name, sql, args)
        .recover(
            e ->
                Sql.isForeignKeyViolation(e)
                    ? database.query(name, sql, args)
                    : Future.failedFuture(e));
  }

  /** The newest snapshot of a session. */
  public Future<Optional<BindStore.Snapshot>> newest(SessionId id) {
    return database
        .query("snapshot.newest", NEWEST, Tuple.of(id.value()))
        .map(
            rows ->
                SessionStore.first(rows)
                    .map(
                        r ->
                            new BindStore.Snapshot(
                                r.getInteger("no"),
                                r.getString("manifest"),
                                r.getLong("covers_seq"),
                                r.getInteger("covers_turn"))));
  }

  /**
   * Makes a session of its own out of the newest snapshot of another, with the lasting rows up to
   * the number the snapshot covers, under the same numbers.
   *
   * @param lifecycle JSON object of the row that records it
   */
  public Future<Boolean> fork(
      SessionId child,
      SessionId parent,
      String tenant,
      @Nullable String sealedEnv,
      String lifecycle) {
    return database
        .query(
            "session.fork",
            FORK,
            Tuple.of(child.value(), parent.value(), tenant, sealedEnv, lifecycle))
        .map(rows -> rows.size() == 1);
  }
}
