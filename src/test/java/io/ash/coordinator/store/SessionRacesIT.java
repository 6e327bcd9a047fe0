package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.coordinator.store.BindStore.NewSession;
import io.ash.coordinator.store.MoveStore.Leave;
import io.ash.coordinator.store.TurnStore.NewTurn;
import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import io.ash.model.SessionMove;
import io.ash.model.TurnStatus;
import io.ash.testing.TestPostgres;
import io.ash.wire.EventBatch;
import io.ash.wire.RegisterRunner;
import io.ash.wire.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Statements that meet at one head: each waits behind a lock and still decides by what is true
 * then.
 */
@ExtendWith(VertxExtension.class)
class SessionRacesIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private static final UUID REVISION = UUID.fromString("00000000-0000-0000-0000-000000000003");

  private final UUID incarnation = UUID.randomUUID();
  private Vertx vertx;
  private Database database;
  private BindStore bindings;
  private MoveStore moves;
  private TurnStore turns;
  private JournalStore journal;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    this.vertx = vertx;
    postgres.execute("truncate head, event, turn, delta_0, delta_1, delta_2, delta_3, runner");
    postgres.execute("delete from session");
    postgres.execute("insert into tenant (id, blob_key) values ('t', 'aa') on conflict do nothing");
    postgres.execute("insert into blob (key, bytes) values ('m', 'x') on conflict do nothing");
    postgres.execute(
        "insert into agent (id, tenant, name, path, manifest, definition, revision) values"
            + " ('00000000-0000-0000-0000-000000000002', 't', 'a', '', 'm', '{}',"
            + " '00000000-0000-0000-0000-000000000003')"
            + " on conflict do nothing");
    database = postgres.database(vertx);
    bindings = new BindStore(database);
    moves = new MoveStore(database);
    turns = new TurnStore(database);
    journal = new JournalStore(database);
    register("r1", 100);
  }

  @Test
  void twoSendsThatWaitForTheHeadOpenOneTurnAndQueueTheOther() throws Exception {
    Binding b = active();
    Held held = hold(b.session());
    Future<?> one = turns.send(turn(b, null));
    Future<?> two = turns.send(turn(b, null));
    waiting(2);
    held.release();
    await(Future.all(one, two));
    assertThat(texts("select status from turn order by no")).containsExactly("running", "queued");
    assertThat(texts("select open_turn || '/' || queued from head")).containsExactly("1/1");
  }

  @Test
  void aSendThatWaitsForTheEndOfItsSessionIsNotAccepted() throws Exception {
    Binding b = active();
    Held held = hold(b.session());
    Future<?> end = moves.leave(b.session(), SessionMove.END, leave(null, TurnStatus.INTERRUPTED));
    waiting(1);
    Future<?> send = turns.send(turn(b, null));
    waiting(2);
    held.release();
    await(Future.all(end, send));
    assertThat(texts("select 'x' from turn")).isEmpty();
  }

  @Test
  void aReportThatWaitsBehindAHigherEpochIsFenced() throws Exception {
    Binding b = starting();
    Held held = hold(b.session());
    Future<?> gone = moves.leave(b.session(), SessionMove.UNBIND, leave(b, null));
    waiting(1);
    Future<java.util.Optional<MoveStore.Moved>> opened =
        moves.stay(b.session(), SessionMove.OPENED, "{}", b, "{}");
    waiting(2);
    held.release();
    await(gone);
    assertThat(await(opened)).isEmpty();
    assertThat(texts("select status from head")).containsExactly("paused");
    assertThat(texts("select reserved::text from runner")).containsExactly("0");
  }

  @Test
  void twoResumesBindOnce() throws Exception {
    Binding b = active();
    await(moves.leave(b.session(), SessionMove.STOP, leave(null, null)));
    Held held = hold(b.session());
    Future<java.util.Optional<BindStore.Rebound>> one = bindings.rebind(b.session());
    Future<java.util.Optional<BindStore.Rebound>> two = bindings.rebind(b.session());
    waiting(2);
    held.release();
    await(Future.all(one, two));
    assertThat(one.result().isPresent()).isNotEqualTo(two.result().isPresent());
    assertThat(texts("select reserved::text from runner")).containsExactly("1");
  }

  @Test
  void anAppendDoesNotWaitForALockedHead() throws Exception {
    Binding locked = active();
    Binding free = active();
    Held held = hold(locked.session());
    List<JournalStore.Outcome> outcomes =
        await(journal.append(0, List.of(batch(locked, 1, 1), batch(free, 1, 1))));
    assertThat(outcomes)
        .extracting(o -> o.verdict().kind())
        .containsExactly(Verdict.Kind.BUSY, Verdict.Kind.APPENDED);
    held.release();
    assertThat(await(journal.append(0, List.of(batch(locked, 1, 1)))).get(0).verdict().kind())
        .isEqualTo(Verdict.Kind.APPENDED);
  }

  @Test
  void tellsRepeatedRecutAndMissingBatchesApart() throws Exception {
    Binding b = active();
    assertThat(verdict(batch(b, 1, 3))).isEqualTo(new Verdict(Verdict.Kind.APPENDED, 3));
    assertThat(verdict(batch(b, 1, 3))).isEqualTo(new Verdict(Verdict.Kind.HAD, 3));
    assertThat(verdict(batch(b, 2, 4))).isEqualTo(new Verdict(Verdict.Kind.APPENDED, 5));
    assertThat(verdict(batch(b, 7, 1))).isEqualTo(new Verdict(Verdict.Kind.GAP, 5));
    Binding old = new Binding(b.session(), b.runner(), b.incarnation(), b.epoch() - 1);
    assertThat(verdict(batch(old, 6, 1)).kind()).isEqualTo(Verdict.Kind.FENCED);
    Binding nobody = new Binding(SessionId.random(), b.runner(), b.incarnation(), 1);
    assertThat(verdict(batch(nobody, 1, 1)).kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    assertThat(texts("select seq::text from event where kind = 'message' order by seq"))
        .containsExactly("2", "3", "4", "5", "6");
  }

  @Test
  void aPageEndsAtAMebibyteAndTheNextGoesOn() throws Exception {
    Binding b = active();
    String large = "{\"x\":\"" + "y".repeat(400_000) + "\"}";
    List<Event> events = java.util.Collections.nCopies(7, new Event(0, EventKind.MESSAGE, large));
    await(journal.append(0, List.of(new EventBatch(b, 1, events))));
    List<Long> seen = new ArrayList<>();
    JournalPage page;
    do {
      long after = seen.isEmpty() ? 0 : seen.get(seen.size() - 1);
      page = await(journal.page(b.session(), after, 500)).orElseThrow();
      assertThat(page.rows()).hasSizeLessThanOrEqualTo(4);
      page.rows().forEach(r -> seen.add(r.seq()));
    } while (page.full());
    assertThat(seen).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
  }

  @Test
  void neverGivesAwayMoreSlotsThanThereAre() throws Exception {
    register("r1", 20);
    register("r2", 20);
    List<Future<java.util.Optional<BindStore.Bound>>> wishes = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      wishes.add(bindings.create(session(SessionId.random())));
    }
    await(Future.all(wishes));
    long placed = wishes.stream().filter(w -> w.result().isPresent()).count();
    assertThat(placed).isLessThanOrEqualTo(40);
    for (long tries = placed; tries < 40; tries++) {
      assertThat(await(bindings.create(session(SessionId.random())))).isPresent();
    }
    assertThat(await(bindings.create(session(SessionId.random())))).isEmpty();
    assertThat(texts("select reserved::text from runner order by id")).containsExactly("20", "20");
  }

  @Test
  void numbersStayDenseAndOrderedUnderEverythingAtOnce() throws Exception {
    List<Binding> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(active());
    }
    List<Future<?>> work = new ArrayList<>();
    for (int round = 0; round < 40; round++) {
      List<EventBatch> batches = new ArrayList<>();
      for (Binding b : all) {
        batches.add(batch(b, round * 2 + 1, 2));
        work.add(turns.send(turn(b, "k" + round % 10)));
      }
      work.add(appendUntilDone(batches));
      await(Future.join(work));
      work.clear();
    }
    for (Binding b : all) {
      await(moves.leave(b.session(), SessionMove.END, leave(null, TurnStatus.INTERRUPTED)));
    }
    assertThat(
            texts(
                "select count(*)::text from head h where last_seq <> (select count(*) from event e"
                    + " where e.session_id = h.session_id)"))
        .containsExactly("0");
    assertThat(
            texts(
                "select count(*)::text from turn t where (select count(*) from event e where"
                    + " e.session_id = t.session_id and e.turn = t.no and e.kind = 'end') <> 1"))
        .containsExactly("0");
  }

  private Future<Void> appendUntilDone(List<EventBatch> batches) {
    return journal
        .append(0, batches)
        .compose(
            outcomes -> {
              List<EventBatch> again = new ArrayList<>();
              for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i).verdict().kind() == Verdict.Kind.BUSY) {
                  again.add(batches.get(i));
                }
              }
              return again.isEmpty() ? Future.succeededFuture() : appendUntilDone(again);
            });
  }

  private void register(String id, int slots) throws Exception {
    await(
        new FleetStore(database)
            .register(new RegisterRunner(id, incarnation, "localhost", 1, slots), 60_000));
  }

  private Binding starting() throws Exception {
    return await(bindings.create(session(SessionId.random()))).orElseThrow().binding();
  }

  private Binding active() throws Exception {
    Binding b = starting();
    assertThat(await(moves.stay(b.session(), SessionMove.OPENED, "{}", b, "{}"))).isPresent();
    return b;
  }

  private static NewSession session(SessionId id) {
    return new NewSession(id, "t", "a", REVISION, "{}", "{}", null, null, null);
  }

  private static NewTurn turn(Binding b, String key) {
    return new NewTurn(
        b.session(), "t", 50, false, key, "h", "{}", "{\"type\":\"user\"}", List.of());
  }

  private static Leave leave(Binding guard, TurnStatus queuedEnd) {
    return new Leave("{}", guard, Leave.ALL, TurnStatus.LOST, queuedEnd, "over", null, true);
  }

  private static EventBatch batch(Binding b, long first, int count) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(new Event(0, EventKind.MESSAGE, "{\"n\":" + (first + i) + "}"));
    }
    return new EventBatch(b, first, events);
  }

  private Verdict verdict(EventBatch batch) throws Exception {
    return await(journal.append(0, List.of(batch))).get(0).verdict();
  }

  private List<String> texts(String sql) throws Exception {
    List<String> found = new ArrayList<>();
    await(database.query("test", sql, Tuple.tuple())).forEach(r -> found.add(r.getString(0)));
    return found;
  }

  /** A head that another transaction holds. */
  private record Held(PgConnection connection) {
    void release() throws Exception {
      await(connection.query("commit").execute());
      await(connection.close());
    }
  }

  private Held hold(SessionId id) throws Exception {
    PgConnection c =
        await(
            PgConnection.connect(
                vertx, DatabaseUrl.parse(postgres.url()).connectOptions("holder")));
    await(c.query("set search_path = ash").execute());
    await(c.query("begin").execute());
    await(
        c.preparedQuery("select 1 from head where session_id = $1 for update")
            .execute(Tuple.of(id.value())));
    return new Held(c);
  }

  /** Waits until so many statements wait for a lock. */
  private void waiting(int count) {
    Awaitility.await()
        .atMost(900, TimeUnit.MILLISECONDS)
        .untilAsserted(
            () ->
                assertThat(
                        texts(
                            "select 'x' from pg_stat_activity where wait_event_type = 'Lock'"
                                + " and datname = current_database()"))
                    .hasSize(count));
  }

  private static <R> R await(Future<R> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
