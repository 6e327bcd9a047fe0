package io.ash.coordinator.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.process.Spawner;
import io.ash.testing.ChildJvm;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static Vertx vertx;

  @TempDir Path temporary;
  private final Spawner spawner = new Spawner();
  private Path data;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() throws Exception {
    done(vertx.close());
  }

  @BeforeEach
  void chooseDirectory() {
    data = temporary.resolve("ash");
  }

  @Test
  void keepsWhatWasStoredOverAStop() throws Exception {
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres first = start(lock);
      sql(first.url(), "CREATE TABLE t AS SELECT 42 AS n");
      done(first.stop());
      assertThat(first.state()).isEqualTo(EmbeddedPostgres.State.STOPPED);

      EmbeddedPostgres second = start(lock);

      assertThat(number(second.url(), "SELECT n FROM t")).isEqualTo(42);
      done(second.stop());
    }
    assertThat(serversIn(data)).isEmpty();
  }

  @Test
  void listensOnNothingButItsSocket() throws Exception {
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres postgres = start(lock);
      assertThat(text(postgres.url(), "SHOW listen_addresses")).isEmpty();
      assertThat(text(postgres.url(), "SHOW fsync")).isEqualTo("on");
      assertThat(text(postgres.url(), "SHOW synchronous_commit")).isEqualTo("on");
      assertThat(text(postgres.url(), "SHOW server_encoding")).isEqualTo("UTF8");
      assertThat(text(postgres.url(), "SHOW server_version")).startsWith(PostgresBinaries.VERSION);
      done(postgres.stop());
    }
  }

  @Test
  void startsAgainWhenThePostmasterIsKilled() throws Exception {
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres postgres = start(lock);
      sql(postgres.url(), "CREATE TABLE t AS SELECT 42 AS n");
      long killed = postgres.pid();

      signal("KILL", killed);

      await().atMost(LIMIT).until(() -> postgres.pid() != killed);
      await().atMost(LIMIT).until(() -> postgres.state() == EmbeddedPostgres.State.RUNNING);
      assertThat(number(postgres.url(), "SELECT n FROM t")).isEqualTo(42);
      done(postgres.stop());
    }
  }

  @Test
  void endsAnOrphanBeforeItStarts() throws Exception {
    PostgresServer forgotten = prepare();
    Process orphan = forgotten.start();
    sql(forgotten.url(), "CREATE TABLE t AS SELECT 42 AS n");

    PostgresServer next = prepare();
    Process server = next.start();

    assertThat(orphan.waitFor(1, TimeUnit.SECONDS)).isTrue();
    assertThat(number(next.url(), "SELECT n FROM t")).isEqualTo(42);
    next.stop(server);
  }

  @Test
  void waitsForBackendsThatOutliveTheirPostmaster() throws Exception {
    PostgresServer forgotten = prepare();
    Process orphan = forgotten.start();
    Future<?> busy =
        connect(forgotten.url()).compose(c -> c.query("SELECT pg_sleep(60)").execute());
    await()
        .atMost(LIMIT)
        .until(
            () ->
                number(
                        forgotten.url(),
                        "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE"
                            + " 'SELECT pg_sleep%' AND state = 'active'")
                    == 1);
    signal("KILL", orphan.pid());

    PostgresServer next = prepare();
    Process server = next.start();

    assertThat(number(next.url(), "SELECT 1")).isEqualTo(1);
    await().atMost(LIMIT).until(busy::failed);
    next.stop(server);
  }

  @Test
  void keepsCommitsWhenTheServerProcessIsKilled() throws Exception {
    for (int round = 1; round <= 3; round++) {
      try (ChildJvm server = ChildJvm.start(EmbeddedServerProgram.class, data.toString())) {
        String url = server.line("READY").split(" ")[2];
        sql(url, "CREATE TABLE IF NOT EXISTS t (n int)");
        sql(url, "INSERT INTO t SELECT coalesce(max(n), 0) + 1 FROM t");
        server.kill();
      }
    }
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres postgres = start(lock);
      assertThat(number(postgres.url(), "SELECT max(n) FROM t")).isEqualTo(3);
      done(postgres.stop());
    }
  }

  @Test
  void stopsWhenTheServerProcessIsKilled() throws Exception {
    assumeTrue(Commands.find("setpriv").isPresent(), "setpriv is not installed");
    try (ChildJvm server = ChildJvm.start(EmbeddedServerProgram.class, data.toString())) {
      server.line("READY");
      server.kill();
    }
    await().atMost(LIMIT).until(() -> serversIn(data).isEmpty());
  }

  @Test
  void refusesASecondServerOnTheSameDirectory() throws Exception {
    try (DataLock lock = DataLock.take(data);
        ChildJvm second = ChildJvm.start(EmbeddedServerProgram.class, data.toString())) {
      assertThat(second.line("READY", "REFUSED"))
          .isEqualTo(
              "REFUSED data directory "
                  + lock.directory()
                  + " is in use by another ash server; stop that server or set ASH_DATA_DIR to"
                  + " another directory");
      assertThatThrownBy(() -> DataLock.take(data)).isInstanceOf(CannotStart.class);
    }
  }

  @Test
  void refusesAClusterOfAnotherMajorAndLeavesItAlone() throws Exception {
    Path cluster = data.resolve("postgres/data");
    Files.createDirectories(cluster.resolve("base"));
    Files.writeString(cluster.resolve("PG_VERSION"), "16\n");
    Map<String, String> before = listing(data.resolve("postgres"));
    try (DataLock lock = DataLock.take(data)) {
      assertThatThrownBy(() -> start(lock))
          .rootCause()
          .isInstanceOf(CannotStart.class)
          .hasMessageContaining(
              "was made by PostgreSQL 16, this ash brings 17; nothing was touched")
          .hasMessageContaining("Start the ash version that made it");
    }
    assertThat(listing(data.resolve("postgres"))).isEqualTo(before);
  }

  @Test
  void neverUsesWhatAnInterruptedFirstStartLeft() throws Exception {
    Path home = data.resolve("postgres");
    Files.createDirectories(home.resolve("unpack-12345/bin"));
    Files.createDirectories(home.resolve("bin-16.1/bin"));
    Files.createDirectories(home.resolve("data.new/base"));
    Files.writeString(home.resolve("data.new/PG_VERSION"), "17\n");
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres postgres = start(lock);
      assertThat(number(postgres.url(), "SELECT 1")).isEqualTo(1);
      done(postgres.stop());
    }
    assertThat(home.resolve("unpack-12345")).doesNotExist();
    assertThat(home.resolve("bin-16.1")).doesNotExist();
    assertThat(home.resolve("data.new")).doesNotExist();
  }

  @Test
  void worksBelowADirectoryThatOnlyRootMayEnter() throws Exception {
    assumeTrue(Account.own().isRoot(), "only root runs PostgreSQL as another user");
    Path closed = Files.createDirectories(temporary.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    data = closed.resolve("ash");
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres postgres = start(lock);
      sql(postgres.url(), "CREATE TABLE t AS SELECT 42 AS n");
      done(postgres.stop());
      EmbeddedPostgres again = start(lock);
      assertThat(number(again.url(), "SELECT n FROM t")).isEqualTo(42);
      assertThat(Directories.owner(Path.of("/proc/" + again.pid()))).isNotZero();
      done(again.stop());
    }
    assertThat(serversIn(data)).isEmpty();
  }

  @Test
  void worksWhereThePathIsTooLongForASocket() throws Exception {
    data = temporary.resolve("a".repeat(60)).resolve("b c,'ü".repeat(8));
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres postgres = start(lock);
      assertThat(number(postgres.url(), "SELECT 1")).isEqualTo(1);
      Path socket = socketDirectory(postgres.url());
      assertThat(socket).isDirectory();
      done(postgres.stop());
      assertThat(socket).doesNotExist();
    }
  }

  @Test
  void worksBelowAQuoteOrSaysThatItCannot() throws Exception {
    data = temporary.resolve("a \"quoted\" $name");
    try (DataLock lock = DataLock.take(data)) {
      if (Account.own().isRoot()) {
        EmbeddedPostgres postgres = start(lock);
        assertThat(number(postgres.url(), "SELECT 1")).isEqualTo(1);
        done(postgres.stop());
      } else {
        assertThatThrownBy(() -> start(lock)).hasMessageContaining("ASH_DATA_DIR");
      }
    }
  }

  @Test
  void worksForAnOrdinaryUser() throws Exception {
    assumeTrue(Account.own().isRoot(), "the other tests run as an ordinary user already");
    Path open = openTemporary();
    String classPath = ChildJvm.openTo(Files.createDirectories(open.resolve("lib")));
    Path owned = Files.createDirectories(open.resolve("data"));
    Directories.own(owned, new Account(65534, 65534));
    try (ChildJvm server =
        ChildJvm.startAs(65534, classPath, EmbeddedServerProgram.class, owned.toString())) {
      String ready = server.line("READY", "REFUSED");
      assertThat(ready).startsWith("READY");
      assertThat(number(ready.split(" ")[2], "SELECT 42")).isEqualTo(42);
      server.finish();
    }
    assertThat(serversIn(owned)).isEmpty();
  }

  @Test
  void saysWhyAUserWithoutANameCannotMakeACluster() throws Exception {
    assumeTrue(Account.own().isRoot(), "only root can become a user without a name");
    Path open = openTemporary();
    String classPath = ChildJvm.openTo(Files.createDirectories(open.resolve("lib")));
    Path owned = Files.createDirectories(open.resolve("data"));
    Directories.own(owned, new Account(424242, 424242));
    try (ChildJvm server =
        ChildJvm.startAs(424242, classPath, EmbeddedServerProgram.class, owned.toString())) {
      assertThat(server.line("READY", "REFUSED"))
          .startsWith("REFUSED user 424242 has no entry in /etc/passwd")
          .contains("ASH_DATABASE_URL");
    }
  }

  @Test
  void takesBackAClusterThatRootRestored() throws Exception {
    assumeTrue(Account.own().isRoot(), "only root changes owners");
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres first = start(lock);
      sql(first.url(), "CREATE TABLE t AS SELECT 42 AS n");
      done(first.stop());
      Directories.ownAll(data.resolve("postgres/data"), new Account(0, 0));

      EmbeddedPostgres restored = start(lock);

      assertThat(number(restored.url(), "SELECT n FROM t")).isEqualTo(42);
      done(restored.stop());
    }
  }

  @Test
  void isNoPartOfTheTerminalsProcessGroup() throws Exception {
    assumeTrue(Commands.find("setsid").isPresent(), "setsid is not installed");
    try (DataLock lock = DataLock.take(data)) {
      EmbeddedPostgres postgres = start(lock);
      assertThat(processGroup(postgres.pid())).isEqualTo(Long.toString(postgres.pid()));
      done(postgres.stop());
    }
  }

  private Path openTemporary() throws IOException {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    return temporary;
  }

  private EmbeddedPostgres start(DataLock lock) throws Exception {
    return done(
        EmbeddedPostgres.start(vertx, spawner, Ticker.system(), lock, ServerSettings.durable()));
  }

  private PostgresServer prepare() {
    Path home = data.resolve("postgres");
    return PostgresServer.prepare(spawner, Ticker.system(), home, home, ServerSettings.durable());
  }

  private void signal(String name, long pid) throws IOException {
    new Commands(spawner).signal(name, pid);
  }

  private static String processGroup(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[2];
  }

  private static Future<PgConnection> connect(String url) {
    String host = socketDirectory(url).toString();
    return PgConnection.connect(
        vertx,
        new PgConnectOptions().setHost(host).setPort(5432).setUser("ash").setDatabase("postgres"));
  }

  private static Path socketDirectory(String url) {
    String host = url.substring(url.indexOf("host=") + 5).split("&")[0];
    return Path.of(java.net.URLDecoder.decode(host, StandardCharsets.UTF_8));
  }

  private static Optional<Row> row(String url, String sql) throws Exception {
    return done(
        connect(url)
            .compose(
                c ->
                    c.query(sql)
                        .execute()
                        .map(
                            rows ->
                                rows.size() == 0
                                    ? Optional.<Row>empty()
                                    : Optional.of(rows.iterator().next()))
                        .eventually(c::close)));
  }

  private static void sql(String url, String sql) throws Exception {
    row(url, sql);
  }

  private static int number(String url, String sql) throws Exception {
    return row(url, sql).orElseThrow().getInteger(0);
  }

  private static String text(String url, String sql) throws Exception {
    return row(url, sql).orElseThrow().getString(0);
  }

  private static Map<String, String> listing(Path directory) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (var all = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        String modified = Files.getLastModifiedTime(path).toString();
        found.put(path.toString(), modified + " " + Directories.owner(path));
      }
    }
    return found;
  }

  private static java.util.List<Long> serversIn(Path data) throws IOException {
    java.util.List<Long> found = new java.util.ArrayList<>();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      try {
        if (Files.isSameFile(
            Path.of("/proc/" + process.pid() + "/cwd"), data.resolve("postgres/data"))) {
          found.add(process.pid());
        }
      } catch (IOException e) {
        // ended, or not ours to see
      }
    }
    return found;
  }

  private static <T> T done(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
  }
}
