package io.ash.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.coordinator.Coordinator;
import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.fleet.FleetConfig;
import io.ash.coordinator.fleet.LostRunners;
import io.ash.coordinator.journal.Appends;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.journal.Sink;
import io.ash.coordinator.store.BlobStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.EventRow;
import io.ash.coordinator.store.FleetStore;
import io.ash.coordinator.store.JournalStore;
import io.ash.coordinator.store.MessageRow;
import io.ash.coordinator.store.MoveStore;
import io.ash.coordinator.store.SessionView;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.ResumeCounts;
import io.ash.model.RuntimeKind;
import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.ash.testing.FakeRunner;
import io.ash.testing.TestPostgres;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.RunnerDirectory;
import io.ash.wire.RuntimeSpec;
import io.ash.wire.SandboxReleased;
import io.ash.wire.Verdict;
import io.ash.wire.WarmWish;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(VertxExtension.class)
class SessionFlowIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();
  private static final String T = "default";

  private Context loop;
  private Database database;
  private Journal journal;
  private SessionRoom room;
  private Sessions sessions;
  private Coordinator coordinator;
  private LostRunners lost;
  private FakeRunner runner;
  private FakeRunner second;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    postgres.execute("truncate head, event, turn, delta_0, delta_1, delta_2, delta_3, runner");
    postgres.execute("delete from session");
    postgres.execute(
        "insert into tenant (id, blob_key) values ('default', 'aa'), ('other', 'bb')"
            + " on conflict do nothing");
    postgres.execute("insert into blob (key, bytes) values ('m1', 'x') on conflict do nothing");
    postgres.execute(
        "insert into agent (id, tenant, name, path, manifest, definition, revision) values"
            + " ('00000000-0000-0000-0000-000000000001', 'default', 'a', '', 'm1', '{}',"
            + " '00000000-0000-0000-0000-000000000003')"
            + " on conflict do nothing");
    loop = vertx.getOrCreateContext();
    database = postgres.database(vertx);
    JournalStore store = new JournalStore(database);
    journal = new Journal(store, Clock.systemUTC());
    FleetStore fleetStore = new FleetStore(database);
    List<FakeRunner> runners = new ArrayList<>();
    RunnerDirectory directory = (id, host, port) -> runners.get(id.equals("r1") ? 0 : 1);
    FleetConfig config =
        new FleetConfig(
            Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ZERO);
    Fleet fleet = new Fleet(fleetStore, directory, config, () -> {});
    AgentLookup lookup = new OneAgent();
    room =
        new SessionRoom(
            database,
            journal,
            fleet,
            lookup,
            new PlainSealing(),
            new BlobStore(database),
            new SessionConfig(3, Duration.ofSeconds(20), Limits.of(LimitKind.DISK, 2048)),
            vertx,
            Timers.of(vertx),
            Clock.systemUTC());
    sessions = room.sessions();
    Appends appends = new Appends(store, journal, room.turns()::handOut);
    coordinator =
        new Coordinator(fleet, appends, room, new SnapshotStore(database), new BlobStore(database));
    lost =
        new LostRunners(
            fleetStore,
            b -> room.rests().letGo(b, "The runner is lost.", MoveStore.Leave.ALL),
            Ticker.system(),
            Duration.ofMinutes(1));
    runner = new FakeRunner("r1", coordinator);
    second = new FakeRunner("r2", coordinator);
    runners.add(runner);
    runners.add(second);
    await(runner.register(10));
  }

  @Test
  void createsASessionThatIsActiveAndBound() throws Exception {
    SessionView s = create();
    assertThat(s.status()).isEqualTo(SessionStatus.ACTIVE);
    assertThat(await(sessions.get(T, s.id())))
        .usingRecursiveComparison()
        .ignoringFields("lastActiveAt")
        .isEqualTo(s);
    assertThat(kinds(s)).containsExactly("lifecycle");
  }

  @Test
  void refusesAStrangersTenantLikeAMissingSession() throws Exception {
    SessionView s = create();
    assertRefused(sessions.get("other", s.id()), Refusal.SESSION_NOT_FOUND);
    assertRefused(sessions.send(message("other", s.id(), "hi", null)), Refusal.SESSION_NOT_FOUND);
    assertRefused(sessions.end("other", s.id()), Refusal.SESSION_NOT_FOUND);
    assertRefused(sessions.fork("other", s.id()), Refusal.SESSION_NOT_FOUND);
  }

  @Test
  void handsATurnOutAndEndsItOnce() throws Exception {
    SessionView s = create();
    SentTurn sent = send(s, "hi");
    assertThat(sent.turn()).isEqualTo(1);
    assertThat(runner.turns()).hasSize(1);
    assertThat(runner.turns().get(0).content()).isEqualTo("\"hi\"");
    assertThat(await(runner.answer(s.id(), 1, "ho")).kind()).isEqualTo(Verdict.Kind.APPENDED);
    SessionView after = await(sessions.get(T, s.id()));
    assertThat(after.openTurn()).isZero();
    assertThat(kinds(s)).containsExactly("lifecycle", "user", "message", "end");
  }

  @Test
  void queuesASecondMessageAndStartsItWhenTheFirstEnds() throws Exception {
    SessionView s = create();
    send(s, "one");
    send(s, "two");
    assertThat(runner.turns()).hasSize(1);
    await(runner.answer(s.id(), 1, "1"));
    Awaitility.await().untilAsserted(() -> assertThat(runner.turns()).hasSize(2));
    assertThat(runner.turns().get(1).turn()).isEqualTo(2);
    await(runner.answer(s.id(), 2, "2"));
    List<MessageRow> messages = await(journal.messages(s.id(), 0, 100));
    assertThat(messages)
        .extracting(MessageRow::role)
        .containsExactly("user", "assistant", "user", "assistant");
    assertThat(messages).extracting(MessageRow::sequence).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void boundsTheQueue() throws Exception {
    SessionView s = create();
    for (int i = 0; i < 4; i++) {
      send(s, "m" + i);
    }
    assertRefused(sessions.send(message(T, s.id(), "more", null)), Refusal.QUEUE_FULL);
  }

  @Test
  void startsOneTurnPerIdempotencyKey() throws Exception {
    SessionView s = create();
    SentTurn first = await(sessions.send(message(T, s.id(), "hi", "k")));
    SentTurn again = await(sessions.send(message(T, s.id(), "hi", "k")));
    assertThat(again).isEqualTo(new SentTurn(first.turn(), first.cursor(), true));
    SendMessage other = new SendMessage(T, s.id(), "\"x\"", "{}", "k", "other", WhenBusy.QUEUE);
    assertRefused(sessions.send(other), Refusal.IDEMPOTENCY_MISMATCH);
    assertThat(kinds(s)).containsOnlyOnce("user");
  }

  @Test
  void createsOneSessionPerIdempotencyKey() throws Exception {
    SessionView first = await(sessions.create(wish("k")));
    SessionView again = await(sessions.create(wish("k")));
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(runner.opens()).hasSize(1);
  }

  @Test
  void letsNobodyWriteUnderAnOldEpoch() throws Exception {
    SessionView s = create();
    Binding old = runner.binding(s.id());
    await(sessions.stop(T, s.id()));
    await(sessions.resume(T, s.id()));
    Event e = new Event(0, EventKind.MESSAGE, "{\"type\":\"x\"}");
    assertThat(await(runner.say(old, e)).kind()).isEqualTo(Verdict.Kind.FENCED);
    assertThat(await(runner.say(s.id(), e)).kind()).isEqualTo(Verdict.Kind.APPENDED);
  }

  @Test
  void resumesWarmWhileTheSandboxLivesAndColdAfterwards() throws Exception {
    SessionView s = create();
    await(sessions.pause(T, s.id()));
    assertRefused(sessions.pause(T, s.id()), Refusal.WRONG_STATE);
    assertThat(await(sessions.resume(T, s.id())).epoch()).isEqualTo(1);
    await(sessions.pause(T, s.id()));
    runner.lose(s.id());
    SessionView cold = await(sessions.resume(T, s.id()));
    assertThat(cold.status()).isEqualTo(SessionStatus.ACTIVE);
    assertThat(cold.epoch()).isGreaterThan(1);
    assertThat(room.resumptions().counts()).isEqualTo(new ResumeCounts(1, 0, 0, 1));
    assertThat(runner.opens().get(1).resumed()).isTrue();
  }

  @Test
  void wakesARestingSessionForAMessage() throws Exception {
    SessionView s = create();
    await(sessions.stop(T, s.id()));
    send(s, "wake up");
    Awaitility.await().untilAsserted(() -> assertThat(runner.turns()).hasSize(1));
    await(runner.answer(s.id(), 1, "yes"));
    assertThat(await(sessions.get(T, s.id())).status()).isEqualTo(SessionStatus.ACTIVE);
  }

  @Test
  void refusesAMessageToAnEndedSessionAndItsResume() throws Exception {
    SessionView s = create();
    await(sessions.end(T, s.id()));
    await(sessions.end(T, s.id()));
    assertRefused(sessions.send(message(T, s.id(), "hi", null)), Refusal.WRONG_STATE);
    assertRefused(sessions.resume(T, s.id()), Refusal.SESSION_ENDED);
    assertThat(reserved()).isZero();
  }

  @Test
  void endsEveryOpenTurnWhenASessionStops() throws Exception {
    SessionView s = create();
    send(s, "one");
    send(s, "two");
    await(sessions.stop(T, s.id()));
    assertThat(kinds(s).stream().filter("end"::equals)).hasSize(2);
    assertThat(await(sessions.get(T, s.id())).queued()).isZero();
  }

  @Test
  void losesTheTurnOfADeadRunnerKeepsItsTextAndResumesElsewhere() throws Exception {
    SessionView s = create();
    send(s, "hi");
    send(s, "waiting");
    await(
        runner.say(
            s.id(),
            new Event(1, EventKind.DELTA, "{\"delta\":\"half a \"}"),
            new Event(1, EventKind.DELTA, "{\"delta\":\"word\"}")));
    await(second.register(10));
    postgres.execute("update runner set lease_until = now() - interval '1 second' where id = 'r1'");
    await(lost.round());
    assertThat(kinds(s)).containsSubsequence("partial", "end", "lifecycle");
    List<EventRow> rows = await(journal.lasting(s.id(), 0, 100));
    assertThat(rows)
        .anyMatch(r -> r.kind() == EventKind.PARTIAL && r.body().contains("half a word"));
    await(room.wantedSessions());
    Awaitility.await().untilAsserted(() -> assertThat(second.turns()).hasSize(1));
    assertThat(second.turns().get(0).turn()).isEqualTo(2);
    await(lost.round());
    assertThat(await(sessions.get(T, s.id())).status()).isEqualTo(SessionStatus.ACTIVE);
  }

  @Test
  void letsSessionsOfAnEarlierBootGo() throws Exception {
    SessionView s = create();
    FakeRunner reborn = new FakeRunner("r1", coordinator);
    await(reborn.register(10));
    await(lost.round());
    assertThat(await(sessions.get(T, s.id())).status()).isEqualTo(SessionStatus.PAUSED);
    assertThat(await(runner.beat()).known()).isFalse();
  }

  @Test
  void repeatsATurnThatTheSandboxNeverGot() throws Exception {
    SessionView s = create();
    runner.lose(s.id());
    send(s, "hi");
    Awaitility.await().untilAsserted(() -> assertThat(runner.turns()).hasSize(1));
    await(runner.answer(s.id(), 1, "ho"));
    assertThat(kinds(s).stream().filter("end"::equals)).hasSize(1);
  }

  @Test
  void goesToAnotherRunnerWhenOneRefuses() throws Exception {
    await(second.register(5));
    runner.refuseNext(new Refused(Refusal.NO_CAPACITY, "full"));
    SessionView s = create();
    assertThat(s.runnerId()).isEqualTo("r2");
    assertThat(s.status()).isEqualTo(SessionStatus.ACTIVE);
  }

  @Test
  void leavesNothingBehindWhenASandboxCannotBePrepared() throws Exception {
    runner.failNext("install.sh failed");
    assertRefused(sessions.create(wish(null)), Refusal.SANDBOX_FAILED);
    runner.refuseNext(new Refused(Refusal.RUNTIME_NOT_AVAILABLE, "no node"));
    assertRefused(sessions.create(wish(null)), Refusal.RUNTIME_NOT_AVAILABLE);
    assertThat(await(sessions.list(new ListSessions(T, null, null, 10, 0, true))).total()).isZero();
    assertThat(reserved()).isZero();
  }

  @Test
  void forksWhatTheSnapshotCovers() throws Exception {
    SessionView s = create();
    send(s, "hi");
    await(runner.answer(s.id(), 1, "ho"));
    Binding b = runner.binding(s.id());
    postgres.execute("insert into blob (key, bytes) values ('m2', 'x') on conflict do nothing");
    assertThat(
            await(
                    coordinator.attach(
                        new AttachSnapshot(b, 1, 0, false, "m2", List.of("m2", "gone"), 2, 1)))
                .missing())
        .containsExactly("gone");
    assertThat(
            await(coordinator.attach(new AttachSnapshot(b, 1, 0, false, "m2", List.of("m2"), 2, 1)))
                .accepted())
        .isTrue();
    assertThat(
            await(coordinator.attach(new AttachSnapshot(b, 1, 0, false, "m2", List.of("m2"), 2, 1)))
                .accepted())
        .isFalse();
    send(s, "later");
    SessionView child = await(sessions.fork(T, s.id()));
    assertThat(child.status()).isEqualTo(SessionStatus.PAUSED);
    assertThat(child.parentId()).isEqualTo(s.id());
    assertThat(kinds(child)).containsExactly("lifecycle", "user", "message", "end", "lifecycle");
    SessionView active = await(sessions.resume(T, child.id()));
    assertThat(active.status()).isEqualTo(SessionStatus.ACTIVE);
    assertThat(send(child, "on").turn()).isEqualTo(2);
  }

  @Test
  void givesAReaderEverythingInOrderFromAnyCursor() throws Exception {
    SessionView s = create();
    Reader live = follow(s.id(), 0);
    send(s, "hi");
    Event[] deltas = new Event[50];
    for (int i = 0; i < deltas.length; i++) {
      deltas[i] = new Event(1, EventKind.DELTA, "{\"delta\":\"" + i + "\"}");
    }
    await(runner.say(s.id(), deltas));
    await(runner.answer(s.id(), 1, "ho"));
    long last = await(sessions.get(T, s.id())).lastSeq();
    Awaitility.await().untilAsserted(() -> assertThat(live.seqs).hasSize((int) last));
    assertThat(live.seqs).isSorted().doesNotHaveDuplicates();
    for (long cursor = 0; cursor <= last; cursor += 7) {
      Reader again = follow(s.id(), cursor);
      long from = cursor;
      Awaitility.await().untilAsserted(() -> assertThat(again.seqs).hasSize((int) (last - from)));
      assertThat(again.seqs).isSorted();
    }
    Reader beyond = follow(s.id(), last + 5);
    Awaitility.await().untilAsserted(() -> assertThat(beyond.ends).containsExactly("reset"));
    await(sessions.end(T, s.id()));
    Awaitility.await().untilAsserted(() -> assertThat(live.ends).containsExactly("ended"));
  }

  @Test
  void writesABadEventAsAnErrorAndKeepsTheOthers() throws Exception {
    SessionView a = create();
    SessionView b = create();
    send(a, "x");
    Future<Verdict> bad = runner.say(a.id(), new Event(1, EventKind.MESSAGE, "{\"x\":\"\u0000\"}"));
    Future<Verdict> good = runner.say(b.id(), new Event(0, EventKind.MESSAGE, "{\"y\":1}"));
    assertThat(await(bad).kind()).isEqualTo(Verdict.Kind.APPENDED);
    assertThat(await(good).kind()).isEqualTo(Verdict.Kind.APPENDED);
    assertThat(kinds(a)).contains("error");
    assertThat(kinds(b)).contains("message");
  }

  @Test
  void evictsASessionThatWaitsForOneThatComes() throws Exception {
    await(runner.register(1));
    SessionView waiting = create();
    SessionView next = create();

    assertThat(next.status()).isEqualTo(SessionStatus.ACTIVE);
    SessionView evicted = await(sessions.get(T, waiting.id()));
    assertThat(evicted.status()).isEqualTo(SessionStatus.PAUSED);
    assertThat(evicted.binding()).isEmpty();
    assertThat(bodies(waiting)).last().isEqualTo("{\"action\":\"paused\",\"reason\":\"evicted\"}");
    assertThat(reserved()).isEqualTo(1);
    assertThat(await(sessions.resume(T, waiting.id())).status()).isEqualTo(SessionStatus.ACTIVE);
    assertThat(await(sessions.get(T, next.id())).status()).isEqualTo(SessionStatus.PAUSED);
    assertThat(reserved()).isEqualTo(1);
  }

  @Test
  void refusesASessionWhereEverySandboxIsRunning() throws Exception {
    await(runner.register(1));
    SessionView running = create();
    send(running, "work");
    Awaitility.await().until(() -> !runner.turns().isEmpty());
    assertRefused(sessions.create(wish(null)), Refusal.NO_CAPACITY);
    assertThat(await(sessions.get(T, running.id())).status()).isEqualTo(SessionStatus.ACTIVE);
    assertThat(reserved()).isEqualTo(1);
    assertThat(await(sessions.list(new ListSessions(T, null, null, 10, 0, true))).total())
        .isEqualTo(1);
  }

  @Test
  void resumesNobodyWithoutRoom() throws Exception {
    SessionView rests = create();
    await(sessions.stop(T, rests.id()));
    await(runner.register(1));
    SessionView running = create();
    send(running, "work");
    Awaitility.await().until(() -> !runner.turns().isEmpty());
    assertRefused(sessions.resume(T, rests.id()), Refusal.NO_CAPACITY);
    assertThat(await(sessions.get(T, rests.id())).status()).isEqualTo(SessionStatus.STOPPED);
  }

  @Test
  void keepsATurnThatAnEvictedSandboxNeverBegan() throws Exception {
    SessionView s = create();
    Binding old = runner.binding(s.id());
    runner.lose(s.id());
    await(runner.release(old, "evicted", 0)); // the message comes while the runner gives it back
    send(s, "hello");
    Awaitility.await().until(() -> !runner.turns().isEmpty());
    assertThat(runner.turns().get(0).binding().epoch()).isGreaterThan(old.epoch());
  }

  @Test
  void tellsTurnsThatBeganFromTurnsThatDidNot() throws Exception {
    SessionView began = create();
    send(began, "work");
    Awaitility.await().until(() -> !runner.turns().isEmpty());
    await(runner.release(runner.binding(began.id()), "evicted", 1));
    assertThat(await(sessions.get(T, began.id())).openTurn()).isZero();
    assertThat(bodies(began)).anyMatch(b -> b.contains("\"status\":\"lost\""));

    SessionView not = create();
    Binding binding = runner.binding(not.id());
    runner.lose(not.id());
    await(turnsOf(not));
    await(coordinator.released(new SandboxReleased(binding, "evicted", 0)));
    assertThat(bodies(not)).noneMatch(b -> b.contains("\"status\":\"lost\""));
  }

  private Future<?> turnsOf(SessionView s) {
    return sessions.send(message(T, s.id(), "waits", null));
  }

  private List<String> bodies(SessionView s) throws Exception {
    return await(journal.lasting(s.id(), 0, 100)).stream().map(EventRow::body).toList();
  }

  private SessionView create() throws Exception {
    return await(sessions.create(wish(null)));
  }

  private SentTurn send(SessionView s, String text) throws Exception {
    return await(sessions.send(message(T, s.id(), text, null)));
  }

  private static SendMessage message(String tenant, SessionId id, String text, String key) {
    return new SendMessage(tenant, id, "\"" + text + "\"", "{}", key, "h", WhenBusy.QUEUE);
  }

  private static CreateSession wish(String key) {
    return new CreateSession(T, "a", "{}", Map.of(), key, "hash", Limits.UNSET);
  }

  private List<String> kinds(SessionView s) throws Exception {
    return await(journal.lasting(s.id(), 0, 100)).stream().map(r -> r.kind().text()).toList();
  }

  private int reserved() throws Exception {
    return await(new FleetStore(database).runners()).stream().mapToInt(r -> r.reserved()).sum();
  }

  private Reader follow(SessionId id, long cursor) {
    Reader reader = new Reader();
    loop.runOnContext(v -> journal.follow(id, cursor, loop).start(reader));
    return reader;
  }

  private static void assertRefused(Future<?> future, Refusal refusal) {
    assertThatThrownBy(() -> await(future))
        .hasRootCauseInstanceOf(Refused.class)
        .rootCause()
        .extracting(e -> ((Refused) e).refusal())
        .isEqualTo(refusal);
  }

  private static <R> R await(Future<R> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static final class Reader implements Sink {
    final List<Long> seqs = new CopyOnWriteArrayList<>();
    final List<String> ends = new CopyOnWriteArrayList<>();

    @Override
    public boolean rows(List<EventRow> rows) {
      rows.forEach(r -> seqs.add(r.seq()));
      return true;
    }

    @Override
    public void caughtUp(long lastSeq) {}

    @Override
    public void reset(long oldestSeq, long lastSeq) {
      ends.add("reset");
    }

    @Override
    public void ended() {
      ends.add("ended");
    }

    @Override
    public void failed(Throwable cause) {
      ends.add("failed " + cause);
    }
  }

  private static final class OneAgent implements AgentLookup {
    static final UUID REVISION = UUID.fromString("00000000-0000-0000-0000-000000000003");

    @Override
    public Future<AgentForSession> find(String tenant, String name) {
      RuntimeSpec runtime =
          new RuntimeSpec(
              RuntimeKind.JSONL, List.of("node", "a.mjs"), Limits.UNSET, NetworkMode.NONE);
      return Future.succeededFuture(
          new AgentForSession(
              "a", 1, OneAgent.REVISION, "m1", runtime, Map.of("A", "1"), "aa", List.of()));
    }

    @Override
    public Future<List<WarmWish>> warm() {
      return Future.succeededFuture(List.of());
    }

    @Override
    public Future<String> blobKey(String tenant) {
      return Future.succeededFuture("aa");
    }
  }

  private static final class PlainSealing implements Sealing {
    @Override
    public String seal(String owner, String plain) {
      return owner + "|" + plain;
    }

    @Override
    public String open(String owner, String sealed) {
      assertThat(sealed).startsWith(owner + "|");
      return sealed.substring(owner.length() + 1);
    }
  }
}
