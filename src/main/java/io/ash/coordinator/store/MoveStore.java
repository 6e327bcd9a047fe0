package io.ash.coordinator.store;

import io.ash.model.Binding;
import io.ash.model.SessionId;
import io.ash.model.SessionMove;
import io.ash.model.TurnStatus;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Moves of sessions: each checks, changes, numbers and records in one statement.
 *
 * <p>The legal sources of a move come from {@link SessionMove} and are a parameter of the guard.
 */
public final class MoveStore {
  /** A move that keeps the runner: the sandbox is ready, rests, or goes on. */
  private static final String STAY =
      """
      with u as (update head set status = $3, last_seq = last_seq + 1, active_at = now(),
          opened = opened or $3 = 'active', wanted = false,
          open_turn = case when $3 = 'active' and open_turn is null and queued > 0
            then last_turn - queued + 1 else open_turn end,
          queued = case when $3 = 'active' and open_turn is null and queued > 0
            then queued - 1 else queued end
        where session_id = $1 and status = any ($2::text[]) and runner_id is not null
          and ($5::text is null or (runner_id = $5 and incarnation = $6 and epoch = $7))
        returning session_id, last_seq, runner_id, incarnation, epoch, open_turn, queued,
          active_at),
      f as (update session set facts = $8 from u where id = u.session_id and $8::text is not null),
      t as (update turn t set status = 'running' from u
        where t.session_id = u.session_id and t.no = u.open_turn and t.status = 'queued'),
      e as (insert into event (session_id, seq, turn, kind, body)
        select session_id, last_seq, 0, 'lifecycle', $4 from u)
      select last_seq, runner_id, incarnation, epoch, coalesce(open_turn, 0) as open_turn, queued,
        active_at
      from u
      """;

  /**
   * A move that lets the runner go: the epoch rises, so nothing of the old sandbox counts any more.
   */
  private static final String LEAVE =
      """
      with l as materialized (select * from head where session_id = $1 and status = any ($2::text[])
          and ($5::text is null or (runner_id = $5 and incarnation = $6 and epoch = $7))
          and ($5::text is null or runner_id is not null)
        for no key update),
      c as materialized (select l.*,
          case when l.open_turn > $8::int then null else l.open_turn end as ended_turn,
          case when l.open_turn > $8::int then l.queued + 1 else l.queued end as waiting
        from l),
      p as materialized (select c.session_id, c.ended_turn as turn from c
        where c.ended_turn is not null and $12::text is not null),
      x as materialized (
        select c.session_id, c.ended_turn as no, $9 as status, 0 as nth from c
        where c.ended_turn is not null
        union all
        select c.session_id, g, $10, 1 from c, generate_series(c.last_turn - c.waiting + 1, c.last_turn) g
        where $10::text is not null and c.waiting > 0),
      n as materialized (select x.*, c.last_seq + (select count(*) from p)
          + row_number() over (order by x.no) as seq from x join c using (session_id)),
      u as (update head h set status = $3, epoch = h.epoch + 1, uplink_no = 0, runner_id = null,
          incarnation = null, open_turn = null, active_at = now(),
          wanted = $3 = 'paused' and $13 and c.waiting > 0,
          queued = case when $10::text is null then c.waiting else 0 end,
          last_seq = c.last_seq + (select count(*) from p) + (select count(*) from n) + 1
        from c where h.session_id = c.session_id
        returning h.session_id, h.last_seq, h.queued, h.active_at),
      r as (update runner set reserved = greatest(reserved - 1, 0) from c
        where runner.id = c.runner_id and runner.incarnation = c.incarnation),
      t as (update turn t set status = n.status, end_seq = n.seq, ended_at = now() from n
        where t.session_id = n.session_id and t.no = n.no),
      q as (update turn t set status = 'queued' from c
        where c.open_turn > $8::int and t.session_id = c.session_id and t.no = c.open_turn),
      e as (insert into event (session_id, seq, turn, kind, body)
        select p.session_id, c.last_seq + 1, p.turn, 'partial', $12 from p join c using (session_id)
        union all
        select n.session_id, n.seq, n.no, 'end', '{"status":"' || n.status || '","reason":' || $11 || '}'
        from n
        union all
        select u.session_id, u.last_seq, 0, 'lifecycle', $4 from u)
      select u.last_seq, u.queued, c.runner_id, c.incarnation, c.epoch,
        coalesce(c.ended_turn, 0) as ended_turn, c.last_seq as from_seq, u.active_at
      from u join c using (session_id)
      """;

  private final Database database;

  public MoveStore(Database database) {
    this.database = database;
  }

  /**
   * A session after a move.
   *
   * @param lastSeq number of the lifecycle row that records it
   * @param runner who held it, before the move where it let go; null for nobody
   * @param openTurn the turn to be handed out, 0 for none
   * @param at when it moved
   */
  public record Moved(
      long lastSeq, @Nullable Binding runner, int openTurn, int queued, Instant at) {}

  /**
   * Makes a move that keeps the runner.
   *
   * @param lifecycle JSON object of the row that records it
   * @param guard the binding that must be current, null for whichever is
   * @param facts what the runner said of the sandbox, null to leave it
   * @return nothing where the guard did not hold
   */
  public Future<Optional<Moved>> stay(
      SessionId id,
      SessionMove move,
      String lifecycle,
      @Nullable Binding guard,
      @Nullable String facts) {
    Tuple args = Tuple.of(id.value(), move.sources(), move.to().text(), lifecycle);
    addGuard(args, guard).addValue(facts);
    return database
        .query("session." + move.name().toLowerCase(java.util.Locale.ROOT), STAY, args)
        .map(rows -> SessionStore.first(rows).map(r -> moved(id, r, r.getInteger("open_turn"))));
  }

  /**
   * How a session is let go.
   *
   * @param lifecycle JSON object of the row that records it
   * @param guard the binding that must be current, null for whichever is
   * @param begun number of the last turn that the sandbox may have begun; an open turn above it
   *     waits for the next sandbox
   * @param openEnds how the open turn ends where it is not queued again
   * @param queuedEnd how waiting turns end, null to keep them
   * @param reason a sentence for the ends
   * @param partial JSON object with the streamed text of a message that will not come
   * @param wanted whether waiting turns ask for a new sandbox
   */
  public record Leave(
      String lifecycle,
      @Nullable Binding guard,
      int begun,
      TurnStatus openEnds,
      @Nullable TurnStatus queuedEnd,
      String reason,
      @Nullable String partial,
      boolean wanted) {
    /** Any open turn may have begun. */
    public static final int ALL = Integer.MAX_VALUE;
  }

  /** Makes a move that lets the runner go; nothing where the guard did not hold. */
  public Future<Optional<Moved>> leave(SessionId id, SessionMove move, Leave how) {
    Tuple args = Tuple.of(id.value(), move.sources(), move.to().text(), how.lifecycle());
    addGuard(args, how.guard());
    args.addValue(how.begun()).addValue(how.openEnds().text());
    args.addValue(how.queuedEnd() == null ? null : how.queuedEnd().text());
    args.addValue(io.vertx.core.json.Json.encode(how.reason()));
    args.addValue(how.partial()).addValue(how.wanted());
    return database
        .query("session.leave." + move.to().text(), LEAVE, args)
        .map(rows -> SessionStore.first(rows).map(r -> moved(id, r, 0)));
  }

  private static Tuple addGuard(Tuple args, @Nullable Binding guard) {
    if (guard == null) {
      return args.addValue(null).addValue(null).addValue(null);
    }
    return args.addValue(guard.runner()).addValue(guard.incarnation()).addValue(guard.epoch());
  }

  private static Moved moved(SessionId id, Row r, int openTurn) {
    String runner = r.getString("runner_id");
    UUID incarnation = r.getUUID("incarnation");
    Binding held = runner == null ? null : new Binding(id, runner, incarnation, r.getLong("epoch"));
    return new Moved(
        r.getLong("last_seq"),
        held,
        openTurn,
        r.getInteger("queued"),
        r.getOffsetDateTime("active_at").toInstant());
  }
}
