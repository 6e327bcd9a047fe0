package io.ash.coordinator.store;

import static io.ash.coordinator.store.Results.done;
import static io.ash.coordinator.store.Results.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ash.testing.TestPostgres;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DatabaseStartIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private final Vertx vertx = Vertx.vertx();
  private String url = "";

  @BeforeEach
  void choose() {
    url = postgres.url();
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void findsSessionsAndNotificationsOnAServer() {
    Connectivity found = done(start(url, Optional.empty()).await(LIMIT));

    assertThat(found.keepsSessions()).isTrue();
    assertThat(found.listens()).isTrue();
    assertThat(found.version()).startsWith("PostgreSQL");
  }

  @Test
  void refusesAPoolerWithoutAnotherWay() {
    String pooler = done(pooler(false));

    Throwable failure = failure(start(pooler, Optional.empty()).await(LIMIT));

    assertThat(failure)
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("ASH_DATABASE_URL leads to a pooler")
        .hasMessageContaining("set DATABASE_UNPOOLED_URL to the server itself");
  }

  @Test
  void refusesAPoolerThatRefusesSettings() {
    String pooler = done(pooler(true));

    Throwable failure = failure(start(pooler, Optional.empty()).await(LIMIT));

    assertThat(failure)
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("ASH_DATABASE_URL leads to a pooler");
  }

  @Test
  void refusesAPoolerAsTheUnpooledWay() {
    String pooler = done(pooler(false));

    assertThat(failure(start(pooler, Optional.of(pooler)).await(LIMIT)))
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("DATABASE_UNPOOLED_URL leads to a pooler");
  }

  @Test
  void saysWhatAPoolerNeedsToKnowAndThenWorksThroughIt() {
    String pooler = done(pooler(true));
    DatabaseUrl direct = DatabaseUrl.parse(url);

    Throwable failure = failure(start(pooler, Optional.of(url)).await(LIMIT));

    assertThat(failure)
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("ALTER ROLE " + direct.user() + " IN DATABASE " + direct.database());
    postgres.execute(
        "ALTER ROLE "
            + direct.user()
            + " IN DATABASE "
            + direct.database()
            + " SET search_path = ash");
    String again = done(pooler(true));
    done(start(again, Optional.of(url)).await(LIMIT));
    Database database =
        new Database(
            vertx,
            Timers.of(vertx),
            Ticker.system(),
            StatementTimes.none(),
            config(again, Optional.of(url)),
            "pooled");
    for (int i = 0; i < 20; i++) {
      done(database.query("read", "SELECT count(*) FROM session WHERE $1::int = 1", Tuple.of(i)));
    }
  }

  @Test
  void waitsForAServerThatIsNotThereYet() throws Exception {
    int port = freePort();
    Future<Connectivity> found = start(through(port), Optional.empty()).await(LIMIT);
    failure(start(through(port), Optional.empty()).await(SHORT));
    assertThat(found.isComplete()).isFalse();

    done(relay(port));

    assertThat(done(found).keepsSessions()).isTrue();
  }

  @Test
  void beginsAStepAnewWhereTheServerWentAwayMeanwhile() throws Exception {
    int port = freePort();
    DatabaseStart start = start(through(port), Optional.empty());
    Migrator migrator = MigratorProgram.migrator(vertx, through(port), Migrations.bundled());
    AtomicInteger tries = new AtomicInteger();
    Future<SchemaStatus> looked =
        start.through(
            () -> {
              tries.incrementAndGet();
              return migrator.status();
            },
            LIMIT);
    await().atMost(LIMIT).until(() -> tries.get() > 0);

    done(relay(port));

    done(looked);
    assertThat(tries).hasValueGreaterThan(1);
  }

  @Test
  void saysWhereTheServerWentAwayAndStayedAway() throws Exception {
    int port = freePort();
    Migrator migrator = MigratorProgram.migrator(vertx, through(port), Migrations.bundled());

    assertThat(failure(start(through(port), Optional.empty()).through(migrator::status, SHORT)))
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("no PostgreSQL answered at 127.0.0.1:" + port)
        .hasMessageContaining("ASH_DATABASE_URL");
  }

  @Test
  void doesNotRepeatAStepThatWasRefused() {
    AtomicInteger tries = new AtomicInteger();

    Throwable failure =
        failure(
            start(url, Optional.empty())
                .through(
                    () -> {
                      tries.incrementAndGet();
                      return Future.failedFuture(new DatabaseRefused("no"));
                    },
                    LIMIT));

    assertThat(failure).isInstanceOf(DatabaseRefused.class).hasMessage("no");
    assertThat(tries).hasValue(1);
  }

  @Test
  void saysWhereNobodyAnswered() throws Exception {
    int port = freePort();

    Throwable failure =
        failure(start("postgresql://127.0.0.1:" + port + "/d", Optional.empty()).await(SHORT));

    assertThat(failure)
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("no PostgreSQL answered at 127.0.0.1:" + port + "/d within")
        .hasMessageContaining("ASH_DATABASE_URL");
  }

  @Test
  void givesUpOnSomebodyWhoNeverAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String mute = "postgresql://127.0.0.1:" + silent.getLocalPort() + "/d?sslmode=disable";

      assertThat(failure(start(mute, Optional.empty()).await(SHORT)))
          .isInstanceOf(DatabaseRefused.class)
          .hasMessageContaining("no answer in 5 s");
    }
  }

  @Test
  void refusesOldServers() {
    assertThatThrownBy(() -> PostgresVersion.read("PostgreSQL 13.9", "130009").refuseTooOld())
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("PostgreSQL 13 is too old; ash needs 14 or newer");
    assertThat(PostgresVersion.read("CockroachDB CCL v23", "130000").refuseTooOld().cockroach())
        .isTrue();
  }

  private Future<String> pooler(boolean refusesSettings) {
    return new TransactionPooler(vertx, DatabaseUrl.parse(url), refusesSettings).start();
  }

  /** Passes bytes between a port and the server. */
  private Future<?> relay(int port) {
    DatabaseUrl direct = DatabaseUrl.parse(url);
    return vertx
        .createNetServer()
        .connectHandler(
            near -> {
              near.pause();
              vertx
                  .createNetClient()
                  .connect(TransactionPooler.address(direct))
                  .onSuccess(
                      far -> {
                        far.handler(near::write);
                        near.handler(far::write);
                        near.closeHandler(v -> far.close());
                        near.resume();
                      });
            })
        .listen(port, "127.0.0.1");
  }

  private DatabaseStart start(String address, Optional<String> unpooled) {
    return new DatabaseStart(
        vertx, Timers.of(vertx), Ticker.system(), config(address, unpooled), "start");
  }

  private static DatabaseConfig config(String address, Optional<String> unpooled) {
    return new DatabaseConfig(
        Optional.of(DatabaseUrl.parse(address)), unpooled.map(DatabaseUrl::parse), 4);
  }

  private String through(int port) {
    DatabaseUrl direct = DatabaseUrl.parse(url);
    return "postgresql://%s@127.0.0.1:%d/%s?sslmode=disable"
        .formatted(direct.user(), port, direct.database());
  }

  private static int freePort() throws java.io.IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
