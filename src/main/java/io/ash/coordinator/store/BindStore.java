package io.ash.coordinator.store;

import io.ash.model.Binding;
import io.ash.model.SessionId;
import io.ash.model.SessionMove;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Binds sessions to runners: the choice of a runner, the reservation of a slot and the new epoch
 * are one statement.
 *
 * <p>The slot is taken by an update whose own guard holds, so coordinators that choose at the same
 * moment never give away more than a runner has.
 */
public final class BindStore {
  private static final String PICK =
      """
      update runner set reserved = reserved + 1
      where id = (select r.id from runner r
          where r.status = 'ready' and r.reserved < r.cap and r.id <> all ($2::text[])
          order by r.cap - r.reserved desc, random() limit 1)
        and reserved < cap and status = 'ready' and exists (select 1 from wanted)
      returning id, incarnation, host, port
      """;

  private static final String CREATE =
      """
      with wanted as materialized (
        select a.name, a.version, a.manifest
        from agent a where a.tenant = $3 and a.name = $4 and a.revision = $10),
      pick as ("""
          + PICK
          + """
      ),
      s as (insert into session (id, tenant, agent_name, agent_version, agent_manifest, runtime,
          settings, sealed_env, create_key, create_hash)
        select $1, $3, w.name, w.version, w.manifest, $5, $6, $7, $8, $9 from wanted w, pick
        returning created_at),
      h as (insert into head (session_id, tenant, status, runner_id, incarnation, epoch)
        select $1, $3, 'starting', pick.id, pick.incarnation, 1 from pick, s)
      select pick.id as runner_id, pick.incarnation, pick.host, pick.port, s.created_at
      from pick, s
      """;

  private static final String REBIND =
      """
      with wanted as materialized (select h.session_id, h.last_seq from head h
        where h.session_id = $1 and h.status = any ($3::text[]) and h.runner_id is null
        for no key update),
      pick as ("""
          + PICK
          + """
      ),
      u as (update head h set status = $4, runner_id = pick.id, incarnation = pick.incarnation,
          epoch = h.epoch + 1, uplink_no = 0, wanted = false, active_at = now()
        from pick, wanted where h.session_id = wanted.session_id
        returning h.session_id, h.epoch, h.runner_id, h.incarnation, h.opened, h.snapshot_no,
          h.open_turn, h.last_turn, h.queued),
      n as (select no, manifest, covers_seq, covers_turn,
          row_number() over (order by no desc) as nth from snapshot where session_id = $1)
      select u.*, pick.host, pick.port, n.no as snap_no, n.manifest as snap_manifest,
        n.covers_seq, n.covers_turn, o.no as old_no, o.manifest as old_manifest,
        o.covers_seq as old_seq, o.covers_turn as old_turn
      from u join pick on true left join n on n.nth = 1 left join n o on o.nth = 2
      """;

  private final Database database;

  public BindStore(Database database) {
    this.database = database;
  }

  /**
   * What a new session is made of.
   *
   * @param revision the one the caller read; another one by now creates nothing
   */
  public record NewSession(
      SessionId id,
      String tenant,
      String agent,
      UUID revision,
      String runtime,
      String settings,
      @Nullable String sealedEnv,
      @Nullable String createKey,
      @Nullable String createHash) {}

  /** A session that was bound, with where its runner is. */
  public record Bound(Binding binding, String host, int port, Instant createdAt) {}

  /** A session that was bound again, with what it starts from. */
  public record Rebound(
      Binding binding,
      String host,
      int port,
      boolean opened,
      int snapshotNo,
      @Nullable Snapshot snapshot,
      @Nullable Snapshot previous,
      int endedTurns) {}

  /** A snapshot to start from. */
  public record Snapshot(int no, String manifest, long coversSeq, int coversTurn) {}

  /**
   * Creates a session bound to the runner with most room; nothing where no runner has room, the
   * agent is not there in that revision, or the create key was used before.
   */
  public Future<Optional<Bound>> create(NewSession n, String... excluded) {
    Tuple args =
        Tuple.of(n.id().value(), excluded, n.tenant(), n.agent(), n.runtime(), n.settings());
    args.addValue(n.sealedEnv()).addValue(n.createKey()).addValue(n.createHash());
    args.addValue(n.revision());
    return database
        .query("session.create", CREATE, args)
        .map(
            rows ->
                SessionStore.first(rows)
                    .map(
                        r ->
                            new Bound(
                                binding(n.id(), r, 1),
                                r.getString("host"),
                                port(r),
                                r.getOffsetDateTime("created_at").toInstant())))
        .recover(TurnStore::nothingTwice);
  }

  /** Binds a session at rest again; nothing where its status forbids it or no runner has room. */
  public Future<Optional<Rebound>> rebind(SessionId id, String... excluded) {
    SessionMove move = SessionMove.RESUME_COLD;
    return database
        .query(
            "session.rebind",
            REBIND,
            Tuple.of(id.value(), excluded, move.sources(), move.to().text()))
        .map(rows -> SessionStore.first(rows).map(r -> rebound(id, r)));
  }

  private static Rebound rebound(SessionId id, Row r) {
    return new Rebound(
        binding(id, r, r.getLong("epoch")),
        r.getString("host"),
        port(r),
        r.getBoolean("opened"),
        r.getInteger("snapshot_no"),
        snapshot(r, "snap_no", "snap_manifest", "covers_seq", "covers_turn"),
        snapshot(r, "old_no", "old_manifest", "old_seq", "old_turn"),
        r.getInteger("last_turn") - r.getInteger("queued"));
  }

  private static @Nullable Snapshot snapshot(
      Row r, String no, String manifest, String seq, String turn) {
    return r.getInteger(no) == null
        ? null
        : new Snapshot(r.getInteger(no), r.getString(manifest), r.getLong(seq), r.getInteger(turn));
  }

  private static Binding binding(SessionId id, Row r, long epoch) {
    UUID incarnation = r.getUUID("incarnation");
    return new Binding(id, r.getString("runner_id"), incarnation, epoch);
  }

  private static int port(Row r) {
    return r.getInteger("port");
  }
}
