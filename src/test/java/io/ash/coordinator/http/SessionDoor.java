package io.ash.coordinator.http;

import io.ash.config.Secret;
import io.ash.coordinator.Coordinator;
import io.ash.coordinator.auth.Caller;
import io.ash.coordinator.auth.KeyHashes;
import io.ash.coordinator.auth.StreamTickets;
import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.fleet.FleetConfig;
import io.ash.coordinator.journal.Appends;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.session.AgentForSession;
import io.ash.coordinator.session.AgentLookup;
import io.ash.coordinator.session.Sealing;
import io.ash.coordinator.session.SessionConfig;
import io.ash.coordinator.session.SessionRoom;
import io.ash.coordinator.store.BlobStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.FleetStore;
import io.ash.coordinator.store.JournalStore;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.coordinator.store.TicketStore;
import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import io.ash.telemetry.Checks;
import io.ash.telemetry.Health;
import io.ash.telemetry.Metrics;
import io.ash.testing.FakeRunner;
import io.ash.testing.TestPostgres;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.ash.wire.RuntimeSpec;
import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The public door before a real database and a runner without processes; agent {@code a}. */
final class SessionDoor implements AutoCloseable {
  static final String OTHER_TENANT = "Bearer ash_other";
  final DoorServer door;
  final FakeRunner runner;
  final SseStreams streams;
  final Bodies bodies;

  SessionDoor(Vertx vertx, TestPostgres postgres) throws Exception {
    postgres.execute(
        "insert into tenant (id, blob_key) values ('default', 'aa'), ('other', 'bb')"
            + " on conflict do nothing");
    postgres.execute("insert into blob (key, bytes) values ('m1', 'x') on conflict do nothing");
    postgres.execute(
        "insert into agent (id, tenant, name, path, manifest, definition, revision) values"
            + " ('00000000-0000-0000-0000-000000000001', 'default', 'a', '', 'm1', '{}',"
            + " '00000000-0000-0000-0000-000000000003')"
            + " on conflict do nothing");
    Database database = postgres.database(vertx);
    JournalStore store = new JournalStore(database);
    Journal journal = new Journal(store, Clock.systemUTC());
    List<FakeRunner> runners = new ArrayList<>();
    FleetConfig config =
        new FleetConfig(
            Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ZERO);
    Fleet fleet =
        new Fleet(new FleetStore(database), (id, host, port) -> runners.get(0), config, () -> {});
    SessionRoom room =
        new SessionRoom(
            database,
            journal,
            fleet,
            new OneAgent(),
            new PlainSealing(),
            new BlobStore(database),
            new SessionConfig(3, Duration.ofSeconds(20), Limits.of(LimitKind.DISK, 2048)),
            vertx,
            Timers.of(vertx),
            Clock.systemUTC());
    Coordinator coordinator =
        new Coordinator(
            fleet,
            new Appends(store, journal, room.turns()::handOut),
            room,
            new SnapshotStore(database),
            new BlobStore(database));
    runner = new FakeRunner("r1", coordinator);
    runners.add(runner);
    done(runner.register(1000));
    Authentication authentication = new Authentication(SessionDoor::authenticate);
    StreamTickets tickets =
        new StreamTickets(
            new TicketStore(database),
            new KeyHashes(Optional.empty()),
            Optional.of(new Secret("ash_test")));
    door = new DoorServer(vertx, Set.of());
    bodies = new Bodies(Timers.of(vertx), 64 * Bodies.MIB);
    streams =
        new SseStreams(Timers.of(vertx), new HttpConfig("127.0.0.1", 0, Set.of(), 64), door.meters);
    StreamRoutes stream =
        new StreamRoutes(vertx, room.sessions(), journal, streams, tickets, authentication);
    door.open(stream.open())
        .open(new DocsRoutes(vertx, "1.2.3").router())
        .open(
            new HealthRoutes(
                    vertx,
                    new Health("1.2.3", "here-1", Ticker.system(), new Checks(vertx)),
                    new Metrics())
                .router())
        .keyed(stream.keyed(bodies))
        .keyed(new SessionRoutes(vertx, bodies, room.sessions()).router())
        .keyed(new HistoryRoutes(vertx, room.sessions(), room.messages(), journal).router())
        .keyed(new FileRoutes(vertx, bodies, room.files()).router())
        .keyed(new WorkspaceRoutes(vertx, bodies, Timers.of(vertx), room.files()).router())
        .keyed(
            new MessageRoutes(vertx, bodies, room.sessions(), journal, streams, "1.2.3").router())
        .start(authentication);
  }

  /** Creates a session and answers its id. */
  String create() throws Exception {
    return DoorServer.json(door.send("POST", "/api/sessions", "{\"agent\":\"a\"}"))
        .path("session")
        .path("id")
        .asText();
  }

  static <T> T done(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    door.close();
  }

  private static Future<Caller> authenticate(String header) {
    return DoorServer.KEY.equals(header)
        ? Future.succeededFuture(new Caller("default", Optional.empty()))
        : OTHER_TENANT.equals(header)
            ? Future.succeededFuture(new Caller("other", Optional.empty()))
            : Future.failedFuture(
                new Refused(Refusal.UNAUTHORIZED, "Missing Authorization header"));
  }

  private static final class OneAgent implements AgentLookup {
    @Override
    public Future<AgentForSession> find(String tenant, String name) {
      return name.equals("a") && tenant.equals("default")
          ? Future.succeededFuture(
              new AgentForSession(
                  "a",
                  1,
                  java.util.UUID.fromString("00000000-0000-0000-0000-000000000003"),
                  "m1",
                  new RuntimeSpec(RuntimeKind.JSONL, List.of("x"), Limits.UNSET, NetworkMode.NONE),
                  Map.of(),
                  "aa",
                  List.of()))
          : Future.failedFuture(
              new Refused(Refusal.AGENT_NOT_FOUND, "Agent \"" + name + "\" not found"));
    }

    @Override
    public Future<List<WarmWish>> warm() {
      return Future.succeededFuture(List.of());
    }

    @Override
    public Future<String> blobKey(String tenant) {
      return Future.succeededFuture("aa".repeat(16));
    }
  }

  private static final class PlainSealing implements Sealing {
    @Override
    public String seal(String owner, String plain) {
      return plain;
    }

    @Override
    public String open(String owner, String sealed) {
      return sealed;
    }
  }
}
