package io.ash.coordinator.store;

import static io.ash.coordinator.store.Results.done;
import static io.ash.coordinator.store.Results.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.testing.TestPostgres;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DatabaseIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private final Vertx vertx = Vertx.vertx();
  private final List<String> timed = new CopyOnWriteArrayList<>();
  private Database database = postgresOf(8);

  @BeforeEach
  void makeTable() {
    database = postgresOf(8);
    postgres.execute(
        "DROP TABLE IF EXISTS ash.thing;"
            + " CREATE TABLE ash.thing (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
            + " INSERT INTO ash.thing (id) VALUES (1), (2)");
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void sendsStatementsIntoTheSchemaOfAsh() {
    Row row =
        one(
            database.query(
                "settings",
                "SELECT current_schema(), current_setting('application_name'),"
                    + " current_setting('statement_timeout'), current_setting('lock_timeout'),"
                    + " current_setting('timezone'), $1::int",
                Tuple.of(7)));

    assertThat(row.deepToString()).isEqualTo("[ash,ash-one,5s,1s,Pacific/Chatham,7]");
  }

  @Test
  void tellsHowLongEachStatementTook() {
    done(database.query("good", "SELECT 1"));
    failure(database.query("bad", "SELECT 1/0"));

    assertThat(timed).containsExactly("good true", "bad false");
  }

  @Test
  void passesTheServersOwnRefusalOn() {
    Throwable duplicate =
        failure(database.query("add", "INSERT INTO thing (id) VALUES ($1)", Tuple.of(1)));

    assertThat(Sql.isUniqueViolation(duplicate)).isTrue();
    assertThat(Sql.isUniqueViolation(duplicate, "thing_pkey")).isTrue();
    assertThat(Sql.isUniqueViolation(duplicate, "other")).isFalse();
    assertThat(Sql.isUniqueViolation(failure(database.query("bad", "SELECT 1/0")))).isFalse();
  }

  @Test
  void commitsATransactionThatSucceeds() {
    done(
        database.transaction(
            "two",
            tx ->
                tx.query("a", "UPDATE thing SET n = 5 WHERE id = 1")
                    .compose(a -> tx.query("b", "UPDATE thing SET n = 6 WHERE id = 2"))));

    assertThat(values()).containsExactly(5, 6);
  }

  @Test
  void rollsBackATransactionThatFails() {
    Throwable failure =
        failure(
            database.transaction(
                "half",
                tx ->
                    tx.query("a", "UPDATE thing SET n = 5 WHERE id = 1")
                        .compose(a -> Future.failedFuture("changed my mind"))));

    assertThat(failure).hasMessage("changed my mind");
    assertThat(values()).containsExactly(0, 0);
  }

  @Test
  void doesNotTakeARolledBackTransactionForACommit() {
    Throwable failure =
        failure(
            database.transaction(
                "swallowed",
                tx ->
                    tx.query("a", "UPDATE thing SET n = 5 WHERE id = 1")
                        .compose(a -> tx.query("b", "SELECT 1/0"))
                        .otherwiseEmpty()));

    assertThat(failure).hasMessageContaining("division by zero");
    assertThat(values()).containsExactly(0, 0);
  }

  @Test
  void rollsBackWhenTheWorkThrows() {
    Throwable failure =
        failure(
            database.transaction(
                "bug",
                tx -> {
                  throw new IllegalStateException("a bug");
                }));

    assertThat(failure).hasMessage("a bug");
    done(database.query("still", "SELECT 1"));
  }

  @Test
  void repeatsATransactionThatLostAgainstAnother() {
    AtomicInteger arrived = new AtomicInteger();
    Promise<Void> both = Promise.promise();

    Future<?> up = crossing(1, 2, arrived, both);
    Future<?> down = crossing(2, 1, arrived, both);

    done(Future.join(up, down));
    assertThat(values()).containsExactly(2, 2);
    assertThat(arrived.get()).isGreaterThan(2);
  }

  @Test
  void saysThatThePoolIsExhaustedInsteadOfHanging() {
    Database small = postgresOf(1);
    Promise<Void> release = Promise.promise();
    Promise<Void> inside = Promise.promise();
    Future<Void> holder =
        small.transaction(
            "hold",
            tx -> {
              inside.complete();
              return release.future();
            });
    done(inside.future());

    Throwable failure = failure(small.query("wants", "SELECT 1"));

    assertThat(failure)
        .isInstanceOf(PoolExhausted.class)
        .hasMessageStartingWith("wants: no database connection became free in time")
        .hasMessageContaining("DATABASE_POOL_MAX");
    done(small.ping());
    release.complete();
    done(holder);
    done(small.query("wants", "SELECT 1"));
  }

  @Test
  void boundsTheQueueForConnections() {
    Database small = postgresOf(1);
    Promise<Void> release = Promise.promise();
    Promise<Void> inside = Promise.promise();
    Future<Void> holder =
        small.transaction(
            "hold",
            tx -> {
              inside.complete();
              return release.future();
            });
    done(inside.future());
    List<Future<?>> waiting = new ArrayList<>();
    for (int i = 0; i < Database.QUEUE_MOST + 100; i++) {
      waiting.add(small.query("many", "SELECT 1"));
    }

    await().atMost(LIMIT).until(() -> waiting.stream().filter(Future::failed).count() >= 100);
    release.complete();
    done(holder);
    done(Future.join(waiting).otherwiseEmpty());

    assertThat(waiting.stream().filter(Future::failed).map(Future::cause))
        .allMatch(PoolExhausted.class::isInstance);
    assertThat(waiting.stream().filter(Future::succeeded).count())
        .isBetween(1L, (long) Database.QUEUE_MOST);
  }

  @Test
  void saysThatAStatementOutOfTimeWasNotDone() {
    Promise<Void> release = Promise.promise();
    Promise<Void> locked = Promise.promise();
    Future<Void> holder =
        database.transaction(
            "lock",
            tx ->
                tx.query("a", "UPDATE thing SET n = 5 WHERE id = 1")
                    .compose(
                        a -> {
                          locked.complete();
                          return release.future();
                        }));
    done(locked.future());

    Throwable failure = failure(database.query("wait", "UPDATE thing SET n = 6 WHERE id = 1"));

    assertThat(failure)
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("lock timeout");
    release.complete();
    done(holder);
    assertThat(values()).containsExactly(5, 0);
  }

  @Test
  void namesTheStatementWhoseConnectionBroke() {
    Database small = postgresOf(1);
    int backend = one(small.query("pid", "SELECT pg_backend_pid()")).getInteger(0);
    Future<RowSet<Row>> busy = small.query("busy", "SELECT pg_sleep(4)");
    awaitActive(backend);

    postgres.execute("SELECT pg_terminate_backend(" + backend + ")");

    assertThat(failure(busy)).isInstanceOfAny(DatabaseUnavailable.class, OutcomeUnknown.class);
    awaitSuccess(() -> small.query("again", "SELECT 1"));
  }

  @Test
  void doesNotWaitForASilentServerForEver() throws Exception {
    assumeTrue(postgres.isLocal(), "the server's processes are inside a container");
    Database small = postgresOf(1);
    int backend = one(small.query("pid", "SELECT pg_backend_pid()")).getInteger(0);
    signal("STOP", backend);
    try {
      Throwable first = failure(small.query("silent", "UPDATE thing SET n = 7 WHERE id = 1"));
      Throwable second = failure(small.query("next", "SELECT 1"));

      assertThat(first)
          .isInstanceOf(OutcomeUnknown.class)
          .hasMessageContaining("silent: sent, but the answer was lost");
      assertThat(second).isInstanceOf(PoolExhausted.class);
    } finally {
      signal("CONT", backend);
    }
    awaitSuccess(() -> small.query("again", "SELECT 1"));
    assertThat(values()).containsExactly(7, 0);
  }

  @Test
  void saysThatNobodyAnswersAtAnAddress() {
    Database nowhere =
        new Database(
            vertx,
            Timers.of(vertx),
            Ticker.system(),
            StatementTimes.none(),
            postgres.config().at(DatabaseUrl.parse("postgresql://127.0.0.1:1/nowhere")),
            "one");

    assertThat(failure(nowhere.query("ask", "SELECT 1"))).isInstanceOf(DatabaseUnavailable.class);
    assertThat(failure(nowhere.ping())).isInstanceOf(DatabaseUnavailable.class);
  }

  @Test
  void pingsAgainAfterItsConnectionWasCut() {
    done(database.ping());
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'ash-one' AND datname = current_database()");

    awaitSuccess(database::ping);
  }

  private Future<Void> crossing(int first, int second, AtomicInteger arrived, Promise<Void> both) {
    return database.transaction(
        "crossing",
        tx ->
            tx.query("first", "UPDATE thing SET n = n + 1 WHERE id = $1", Tuple.of(first))
                .compose(
                    a -> {
                      if (arrived.incrementAndGet() == 2) {
                        both.tryComplete();
                      }
                      return both.future();
                    })
                .compose(
                    met ->
                        tx.query("set", "SET LOCAL deadlock_timeout = '50ms'")
                            .compose(
                                set ->
                                    tx.query(
                                        "second",
                                        "UPDATE thing SET n = n + 1 WHERE id = $1",
                                        Tuple.of(second))))
                .mapEmpty());
  }

  private Database postgresOf(int poolMax) {
    DatabaseConfig config = postgres.config();
    return new Database(
        vertx,
        Timers.of(vertx),
        Ticker.system(),
        (name, nanos, succeeded) -> timed.add(name + " " + succeeded),
        new DatabaseConfig(config.url(), config.unpooled(), poolMax),
        "one");
  }

  private void awaitActive(int backend) {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                one(database.query(
                            "look",
                            "SELECT count(*)::int FROM pg_stat_activity"
                                + " WHERE pid = $1 AND wait_event = 'PgSleep'",
                            Tuple.of(backend)))
                        .getInteger(0)
                    == 1);
  }

  private static void awaitSuccess(Supplier<Future<?>> attempt) {
    await().atMost(LIMIT).until(() -> done(attempt.get().map(true).otherwise(false)));
  }

  private static void signal(String name, int backend) throws Exception {
    new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + backend).start().waitFor();
  }

  private List<Integer> values() {
    List<Integer> found = new ArrayList<>();
    done(database.query("values", "SELECT n FROM thing ORDER BY id"))
        .forEach(row -> found.add(row.getInteger(0)));
    return found;
  }

  private static Row one(Future<RowSet<Row>> rows) {
    return done(rows).iterator().next();
  }
}
