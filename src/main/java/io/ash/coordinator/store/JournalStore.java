package io.ash.coordinator.store;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.ash.wire.EventBatch;
import io.ash.wire.Verdict;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The journal's statements: one fenced append for many sessions, and pages from a cursor. */
public final class JournalStore {
  /** Delta tables of the ring. */
  public static final int RING = 4;

  private static final String APPEND =
      """
      with b as materialized (select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[],
          $5::bigint[], $6::int[], $7::int[], $8::text[])
          as t(session_id, epoch, runner, inc, first, n, ends_turn, ends_status)),
      l as materialized (select h.session_id, h.epoch, h.runner_id, h.incarnation, h.last_seq,
          h.uplink_no from head h join b using (session_id)
        order by h.session_id for no key update of h skip locked),
      v as materialized (select b.*, l.last_seq, l.uplink_no,
          case when l.session_id is null then 'busy'
            when (l.epoch, l.runner_id, l.incarnation) is distinct from (b.epoch, b.runner, b.inc)
              then 'fenced'
            when b.first + b.n - 1 <= l.uplink_no then 'had'
            when b.first > l.uplink_no + 1 then 'gap'
            else 'appended' end as verdict
        from b left join l using (session_id)),
      u as (update head h set last_seq = v.last_seq + (v.first + v.n - 1 - v.uplink_no),
          uplink_no = v.first + v.n - 1, active_at = now(),
          open_turn = case when v.ends_turn > 0 and v.ends_turn = h.open_turn
            then case when h.queued > 0 then h.open_turn + 1 end else h.open_turn end,
          queued = case when v.ends_turn > 0 and v.ends_turn = h.open_turn and h.queued > 0
            then h.queued - 1 else h.queued end
        from v where h.session_id = v.session_id and v.verdict = 'appended'
        returning h.session_id, h.open_turn),
      e as materialized (select e.session_id, v.last_seq + (e.no - v.uplink_no) as seq, e.turn,
          e.kind, e.body, e.lasting
        from unnest($9::uuid[], $10::bigint[], $11::int[], $12::text[], $13::text[], $14::bool[])
          as e(session_id, no, turn, kind, body, lasting)
        join v using (session_id) where v.verdict = 'appended' and e.no > v.uplink_no),
      i as (insert into event (session_id, seq, turn, kind, body)
        select session_id, seq, turn, kind, body from e where lasting),
      d as (insert into delta_%d (session_id, seq, turn, kind, body)
        select session_id, seq, turn, kind, body from e where not lasting),
      t as (update turn t set status = v.ends_status, ended_at = now(),
          end_seq = v.last_seq + (v.first + v.n - 1 - v.uplink_no)
        from v where v.verdict = 'appended' and v.ends_turn > 0
          and t.session_id = v.session_id and t.no = v.ends_turn and t.status = 'running'),
      q as (update turn t set status = 'running' from u join v using (session_id)
        where v.ends_turn > 0 and u.open_turn = v.ends_turn + 1
          and t.session_id = u.session_id and t.no = u.open_turn and t.status = 'queued')
      select v.session_id, v.verdict, v.last_seq, v.uplink_no,
        case when v.ends_turn > 0 then coalesce(u.open_turn, 0) else 0 end as next_turn,
        v.verdict = 'busy' and not exists (
          select 1 from head h where h.session_id = v.session_id) as unknown
      from v left join u using (session_id)
      """;

  private static final String PAGE =
      """
      select h.last_seq, h.oldest_seq, h.status, r.seq, r.turn, r.kind, r.body, r.at
      from head h left join lateral (
        select seq, turn, kind, body, at, sum(octet_length(body)) over (order by seq) as upto from (
          (select seq, turn, kind, body, at from event
            where session_id = $1 and seq > $2 order by seq limit $3)
          union all (select seq, turn, kind, body, at from delta_0
            where session_id = $1 and seq > $2 order by seq limit $3)
          union all (select seq, turn, kind, body, at from delta_1
            where session_id = $1 and seq > $2 order by seq limit $3)
          union all (select seq, turn, kind, body, at from delta_2
            where session_id = $1 and seq > $2 order by seq limit $3)
          union all (select seq, turn, kind, body, at from delta_3
            where session_id = $1 and seq > $2 order by seq limit $3)) x
        order by seq limit $3) r
        on r.seq <= h.last_seq and r.upto - octet_length(r.body) < 1048576
      where h.session_id = $1 order by r.seq
      """;

  private static final String LASTING =
      "select seq, turn, kind, body, at from event where session_id = $1 and seq > $2"
          + " order by seq limit $3";

  /** A user message stands where its turn starts: behind the end of the turn before it. */
  private static final String MESSAGES =
      """
      select * from (
        select greatest(e.seq, coalesce(p.end_seq, 0)) as sequence, 'user' as role, e.body, e.at,
          e.turn, {parts}
        from event e left join turn p on p.session_id = e.session_id and p.no = e.turn - 1
        where e.session_id = $1 and e.kind = 'user' and (p.no is null or p.end_seq is not null)
        union all
        select e.seq, 'assistant', e.body, e.at, e.turn, null from event e
        where e.session_id = $1 and e.seq > $2
          and (e.kind = 'partial' or (e.kind = 'message'
            and (e.body like '{"type":"assistant"%' or e.body like '{"type":"result"%'
              or e.body ~ '"type"\\s*:\\s*"(assistant|result)"'))))
        m where sequence > $2 order by sequence limit $3
      """
          .replace("{parts}", TurnStore.PARTS);

  private static final String DELTAS =
      """
      select body from (
        select seq, kind, body from delta_0 where session_id = $1 and turn = $2
        union all select seq, kind, body from delta_1 where session_id = $1 and turn = $2
        union all select seq, kind, body from delta_2 where session_id = $1 and turn = $2
        union all select seq, kind, body from delta_3 where session_id = $1 and turn = $2) d
      where kind = 'delta' and seq > coalesce((select max(seq) from event
        where session_id = $1 and turn = $2 and kind in ('message', 'partial')), 0)
      order by seq limit 20000
      """;

  private final Database database;

  public JournalStore(Database database) {
    this.database = database;
  }

  /**
   * What became of one batch.
   *
   * @param fromSeq journal number of the first event that was appended, 0 for none
   * @param appendedFrom index in the batch of that event
   * @param nextTurn the queued turn that may start now, 0 for none
   */
  public record Outcome(Verdict verdict, long fromSeq, int appendedFrom, int nextTurn) {}

  /**
   * Appends batches of different sessions in one statement.
   *
   * @param slot which table of the ring takes the deltas
   * @return one outcome for each batch, in their order
   */
  public Future<List<Outcome>> append(int slot, List<EventBatch> batches) {
    return database
        .query("journal.append", APPEND.formatted(slot), AppendArguments.of(batches))
        .map(
            rows -> {
              Outcome[] all = new Outcome[batches.size()];
              for (Row r : rows) {
                UUID id = r.getUUID("session_id");
                for (int i = 0; i < all.length; i++) {
                  if (batches.get(i).binding().session().value().equals(id)) {
                    all[i] = outcome(batches.get(i), r);
                  }
                }
              }
              return List.of(all);
            });
  }

  private static Outcome outcome(EventBatch batch, Row r) {
    long before = r.getLong("uplink_no") == null ? 0 : r.getLong("uplink_no");
    if (r.getBoolean("unknown")) {
      return new Outcome(new Verdict(Verdict.Kind.UNKNOWN, 0), 0, 0, 0);
    }
    Verdict.Kind kind =
        Verdict.Kind.valueOf(r.getString("verdict").toUpperCase(java.util.Locale.ROOT));
    if (kind != Verdict.Kind.APPENDED) {
      return new Outcome(new Verdict(kind, before), 0, 0, 0);
    }
    int skipped = (int) (before - batch.firstNo() + 1);
    return new Outcome(
        new Verdict(kind, batch.firstNo() + batch.events().size() - 1),
        r.getLong("last_seq") + 1,
        skipped,
        r.getInteger("next_turn"));
  }

  /**
   * Rows after a cursor, deltas included, of about a mebibyte at most; nothing for an unknown
   * session.
   */
  public Future<Optional<JournalPage>> page(SessionId id, long after, int limit) {
    return database
        .query("journal.page", PAGE, Tuple.of(id.value(), after, limit))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              List<EventRow> found = new ArrayList<>(rows.size());
              Row any = null;
              for (Row r : rows) {
                any = r;
                if (r.getLong("seq") != null) {
                  found.add(row(r));
                }
              }
              return Optional.ofNullable(any)
                  .map(
                      r ->
                          new JournalPage(
                              found,
                              r.getLong("last_seq"),
                              r.getLong("oldest_seq"),
                              SessionStatus.of(r.getString("status")),
                              !found.isEmpty()
                                  && found.get(found.size() - 1).seq() < r.getLong("last_seq")));
            });
  }

  /** Lasting rows after a number. */
  public Future<List<EventRow>> lasting(SessionId id, long after, int limit) {
    return database
        .query("journal.lasting", LASTING, Tuple.of(id.value(), after, limit))
        .map(
            rows -> {
              List<EventRow> found = new ArrayList<>(rows.size());
              rows.forEach(r -> found.add(row(r)));
              return found;
            });
  }

  /** The conversation after a number. */
  public Future<List<MessageRow>> messages(SessionId id, long after, int limit) {
    return database
        .query("journal.messages", MESSAGES, Tuple.of(id.value(), after, limit))
        .map(
            rows -> {
              List<MessageRow> found = new ArrayList<>(rows.size());
              rows.forEach(
                  r ->
                      found.add(
                          new MessageRow(
                              r.getLong("sequence"),
                              r.getString("role"),
                              r.getInteger("turn"),
                              r.getString("body"),
                              parts(r),
                              r.getOffsetDateTime("at").toInstant())));
              return found;
            });
  }

  private static List<String> parts(Row r) {
    String[] parts = r.getArrayOfStrings("parts");
    return parts == null ? List.of() : List.of(parts);
  }

  /** Bodies of the text deltas of a turn that no message has covered. */
  public Future<List<String>> uncoveredDeltas(SessionId id, int turn) {
    return database
        .query("journal.deltas", DELTAS, Tuple.of(id.value(), turn))
        .map(
            rows -> {
              List<String> found = new ArrayList<>(rows.size());
              rows.forEach(r -> found.add(r.getString(0)));
              return found;
            });
  }

  /** Empties one table of the ring, unless it is empty, in use, or an open turn still needs it. */
  public Future<Void> emptyRing(int slot) {
    String asked =
        """
        select exists (select 1 from delta_%1$d), exists (select 1 from delta_%1$d d
          join head h on h.session_id = d.session_id and h.open_turn = d.turn)
        """;
    return database
        .query("journal.ring_needed", asked.formatted(slot), Tuple.tuple())
        .compose(
            rows -> {
              Row r = rows.iterator().next();
              return r.getBoolean(0) && !r.getBoolean(1)
                  ? database
                      .query("journal.ring_empty", "truncate delta_" + slot, Tuple.tuple())
                      .<Void>mapEmpty()
                  : Future.succeededFuture();
            });
  }

  /** Whether the data themselves were refused, so that sending them again cannot help. */
  public static boolean isRejected(Throwable failure) {
    return Sql.state(failure)
        .filter(state -> state.startsWith("22") || state.startsWith("23") || state.startsWith("54"))
        .isPresent();
  }

  private static EventRow row(Row r) {
    return new EventRow(
        r.getLong("seq"),
        r.getInteger("turn"),
        EventKind.of(r.getString("kind")),
        r.getString("body"),
        r.getOffsetDateTime("at").toInstant());
  }

  /** Events of a batch from an index on, as the rows they became. */
  public static List<EventRow> rows(EventBatch batch, Outcome outcome, java.time.Instant at) {
    List<EventRow> rows = new ArrayList<>(batch.events().size());
    long seq = outcome.fromSeq();
    for (Event e : batch.events().subList(outcome.appendedFrom(), batch.events().size())) {
      rows.add(new EventRow(seq++, e.turn(), e.kind(), e.body(), at));
    }
    return rows;
  }
}
