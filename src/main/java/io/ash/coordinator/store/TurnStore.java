package io.ash.coordinator.store;

import io.ash.model.Binding;
import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Accepts messages as turns and finds turns that still have to be handed out. */
public final class TurnStore {
  private static final String SEND =
      """
      with u as (update head set last_seq = last_seq + 1, last_turn = last_turn + 1,
          active_at = now(), wanted = wanted or status <> 'active',
          open_turn = case when status = 'active' then coalesce(open_turn, last_turn + 1)
            else open_turn end,
          queued = queued + (open_turn is not null or status <> 'active')::int
        where session_id = $1 and tenant = $2 and status <> 'ended' and queued < $3
          and (not $4 or open_turn is null)
        returning session_id, status, runner_id, incarnation, epoch, last_seq, last_turn,
          open_turn, queued),
      t as (insert into turn (session_id, no, status, idem_key, idem_hash, options, user_seq)
        select session_id, last_turn, case when open_turn = last_turn then 'running' else 'queued' end,
          $5, $6, $7, last_seq from u),
      e as (insert into event (session_id, seq, turn, kind, body)
        select session_id, last_seq, last_turn, 'user', $8 from u)%s
      select u.status, u.runner_id, u.incarnation, u.epoch, u.last_seq, u.last_turn,
        coalesce(u.open_turn, 0) as open_turn, u.queued
      from u
      """;

  private static final String SEND_SMALL = SEND.formatted("");

  private static final String SEND_LARGE =
      SEND.formatted(
          """
          ,
            c as (insert into content_blob (session_id, seq, no, blob_key)
              select u.session_id, u.last_seq, k.no, k.key
              from u, unnest($9::text[]) with ordinality as k(key, no))\
          """);

  /** Chunks of the content of a row of the journal, in order; null where the row has it. */
  static final String PARTS =
      "(select array_agg(c.blob_key order by c.no) from content_blob c"
          + " where c.session_id = e.session_id and c.seq = e.seq) as parts";

  private static final String BY_KEY =
      """
      select no, idem_hash, user_seq from turn where session_id = $1 and idem_key = $2
      """;

  private static final String TO_HAND_OUT =
      """
      select h.runner_id, h.incarnation, h.epoch, h.tenant, t.no, t.options, e.body, %s
      from head h join turn t on t.session_id = h.session_id and t.no = h.open_turn
        join event e on e.session_id = t.session_id and e.seq = t.user_seq
      where h.session_id = $1 and h.status = 'active' and h.runner_id is not null
      """
          .formatted(PARTS);

  private static final String MESSAGE =
      """
      select e.body, %s from turn t
        join event e on e.session_id = t.session_id and e.seq = t.user_seq
      where t.session_id = $1 and t.no = $2
      """
          .formatted(PARTS);

  private static final String UNDELIVERED =
      """
      select h.session_id from head h
        join turn t on t.session_id = h.session_id and t.no = h.open_turn
      where h.status = 'active' and h.open_turn is not null
        and h.active_at < now() - interval '1 second'
        and not exists (select 1 from event e where e.session_id = h.session_id
          and e.seq > t.user_seq and e.turn = t.no)
      limit 200
      """;

  private static final String WANTED =
      "select session_id from head where wanted and status in ('paused', 'stopped', 'error')"
          + " order by active_at limit 50";

  private final Database database;

  public TurnStore(Database database) {
    this.database = database;
  }

  /**
   * A message to accept.
   *
   * @param mostQueued how many turns may wait
   * @param onlyWhenIdle whether a turn under way refuses it
   * @param options JSON of the request's options
   * @param body JSON of the journal row
   * @param parts keys of the blobs that hold its content, in order; empty where the row holds it
   */
  public record NewTurn(
      SessionId session,
      String tenant,
      int mostQueued,
      boolean onlyWhenIdle,
      @Nullable String key,
      @Nullable String hash,
      String options,
      String body,
      List<String> parts) {}

  /**
   * A message that was accepted.
   *
   * @param seq number of its row
   * @param open whether the turn is to be handed out now; otherwise it waits
   */
  public record Accepted(
      int turn, long seq, boolean open, SessionStatus status, @Nullable Binding binding) {}

  /** A turn that was accepted before under the same key. */
  public record Known(int turn, String hash, long seq) {}

  /** The message of a turn: its row, and where its content lies where the row does not have it. */
  public record Message(String body, List<String> parts) {}

  /** A turn with everything a runner needs to start it. */
  public record HandOut(
      Binding binding, String tenant, int turn, String options, Message message) {}

  /**
   * Accepts a message; nothing where the session is missing, ended, full or busy, or where the key
   * was used before.
   */
  public Future<Optional<Accepted>> send(NewTurn n) {
    Tuple args = Tuple.of(n.session().value(), n.tenant(), n.mostQueued(), n.onlyWhenIdle());
    args.addValue(n.key()).addValue(n.hash()).addValue(n.options()).addValue(n.body());
    boolean large = !n.parts().isEmpty();
    if (large) {
      args.addValue(n.parts().toArray(String[]::new));
    }
    return database
        .query(large ? "turn.send_large" : "turn.send", large ? SEND_LARGE : SEND_SMALL, args)
        .map(rows -> SessionStore.first(rows).map(r -> accepted(n.session(), r)))
        .recover(TurnStore::nothingTwice);
  }

  /** The turn that was accepted under a key. */
  public Future<Optional<Known>> byKey(SessionId id, String key) {
    return database
        .query("turn.by_key", BY_KEY, Tuple.of(id.value(), key))
        .map(
            rows ->
                SessionStore.first(rows)
                    .map(
                        r ->
                            new Known(
                                r.getInteger("no"),
                                r.getString("idem_hash"),
                                r.getLong("user_seq"))));
  }

  /** The open turn of an active session. */
  public Future<Optional<HandOut>> toHandOut(SessionId id) {
    return database
        .query("turn.to_hand_out", TO_HAND_OUT, Tuple.of(id.value()))
        .map(
            rows ->
                SessionStore.first(rows)
                    .map(
                        r ->
                            new HandOut(
                                new Binding(
                                    id,
                                    r.getString("runner_id"),
                                    r.getUUID("incarnation"),
                                    r.getLong("epoch")),
                                r.getString("tenant"),
                                r.getInteger("no"),
                                r.getString("options"),
                                message(r))));
  }

  /** The message that began a turn. */
  public Future<Optional<Message>> message(SessionId id, int turn) {
    return database
        .query("turn.message", MESSAGE, Tuple.of(id.value(), turn))
        .map(rows -> SessionStore.first(rows).map(TurnStore::message));
  }

  private static Message message(Row r) {
    String[] parts = r.getArrayOfStrings("parts");
    return new Message(r.getString("body"), parts == null ? List.of() : List.of(parts));
  }

  /**
   * Active sessions whose open turn has said nothing for a second: perhaps nobody handed it out.
   */
  public Future<List<SessionId>> undelivered() {
    return ids("turn.undelivered", UNDELIVERED);
  }

  /** Sessions at rest that somebody waits for. */
  public Future<List<SessionId>> wanted() {
    return ids("session.wanted", WANTED);
  }

  static <T> Future<Optional<T>> nothingTwice(Throwable failure) {
    return Sql.isUniqueViolation(failure)
        ? Future.succeededFuture(Optional.empty())
        : Future.failedFuture(failure);
  }

  private Future<List<SessionId>> ids(String name, String sql) {
    return database
        .query(name, sql, Tuple.tuple())
        .map(
            rows -> {
              List<SessionId> all = new ArrayList<>();
              rows.forEach(r -> all.add(new SessionId(r.getUUID(0))));
              return all;
            });
  }

  private static Accepted accepted(SessionId id, Row r) {
    String runner = r.getString("runner_id");
    int turn = r.getInteger("last_turn");
    SessionStatus status = SessionStatus.of(r.getString("status"));
    boolean open = status == SessionStatus.ACTIVE && r.getInteger("open_turn") == turn;
    Binding binding =
        runner == null
            ? null
            : new Binding(id, runner, r.getUUID("incarnation"), r.getLong("epoch"));
    return new Accepted(turn, r.getLong("last_seq"), open, status, binding);
  }
}
