package io.ash.testing;

import io.ash.coordinator.embedded.DataLock;
import io.ash.coordinator.embedded.PostgresServer;
import io.ash.coordinator.embedded.ServerSettings;
import io.ash.coordinator.store.DatabaseConfig;
import io.ash.coordinator.store.DatabaseUrl;
import io.ash.coordinator.store.Migrations;
import io.ash.coordinator.store.Migrator;
import io.ash.process.Spawner;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The one PostgreSQL of a test JVM; stopped and removed when the JVM ends. */
final class TestServer {
  private static final String TIME_ZONE = "Pacific/Chatham"; // 45 minutes off every full hour
  private static final String IMAGE = "postgres:17";
  private static final String TEMPLATE = "ash_template";
  private static final int LIMIT_SECONDS = 120;

  private final Vertx vertx = Vertx.vertx();
  private final String base;
  private final AtomicInteger count = new AtomicInteger();

  private TestServer(String base) {
    this.base = base;
    execute("postgres", "CREATE DATABASE " + TEMPLATE);
    Migrator migrator =
        new Migrator(
            vertx,
            Timers.of(vertx),
            Ticker.system(),
            new DatabaseConfig(Optional.of(DatabaseUrl.parse(url(TEMPLATE))), Optional.empty(), 1),
            "template",
            Migrations.bundled());
    await(migrator.migrate());
  }

  private static final class Holder {
    private static final TestServer SHARED = new TestServer(start());
  }

  static TestServer shared() {
    return Holder.SHARED;
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("the test database failed", e);
    }
  }

  String createDatabase(boolean migrated) {
    String name = "test_" + count.incrementAndGet();
    String template = migrated ? TEMPLATE : "template0";
    execute("postgres", "CREATE DATABASE " + name + " TEMPLATE " + template);
    execute("postgres", "ALTER DATABASE " + name + " SET timezone = '" + TIME_ZONE + "'");
    return name;
  }

  void dropDatabase(String name) {
    execute("postgres", "DROP DATABASE " + name + " WITH (FORCE)");
  }

  void execute(String database, String sql) {
    PgConnectOptions options = PgConnectOptions.fromUri("postgresql://localhost/postgres");
    DatabaseUrl url = DatabaseUrl.parse(url(database));
    options
        .setHost(url.host())
        .setPort(url.port())
        .setDatabase(url.database())
        .setUser(url.user())
        .setPassword(url.password().reveal());
    await(
        PgConnection.connect(vertx, options)
            .compose(c -> c.query(sql).execute().eventually(c::close)));
  }

  /** The URL of one database of this server. */
  String url(String database) {
    return base.replace("/postgres?", "/" + database + "?");
  }

  private static String start() {
    return dockerAnswers() ? startContainer() : startEmbedded();
  }

  private static boolean dockerAnswers() {
    boolean maybe =
        System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
    return maybe
        && !"0".equals(System.getenv("ASH_TEST_DOCKER"))
        && DockerClientFactory.instance().isDockerAvailable();
  }

  private static String startContainer() {
    PostgreSQLContainer container = // removed by Testcontainers when this JVM ends
        new PostgreSQLContainer(IMAGE).withDatabaseName("postgres");
    container.start();
    return "postgresql://"
        + container.getUsername()
        + ":"
        + container.getPassword()
        + "@"
        + container.getHost()
        + ":"
        + container.getFirstMappedPort()
        + "/postgres?sslmode=disable";
  }

  /** Programs are unpacked once per version and user; data lives as long as the JVM. */
  private static String startEmbedded() {
    Path cache =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "ash-test-postgres-" + System.getProperty("user.name"));
    Path home = cache.resolve("run-" + ProcessHandle.current().pid());
    removeAbandoned(cache);
    DataLock lock = DataLock.take(home);
    PostgresServer server =
        PostgresServer.prepare(
            new Spawner(),
            Ticker.system(),
            lock.directory().resolve("postgres"),
            lock.directory().resolveSibling("programs"),
            ServerSettings.forgetful().with("max_connections", "400"));
    Process process = server.start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.stop(process);
                  delete(lock.directory());
                  lock.close();
                }));
    return server.url();
  }

  /** What test runs left that were killed: their locks are free. */
  private static void removeAbandoned(Path cache) {
    if (!Files.isDirectory(cache)) {
      return;
    }
    try (Stream<Path> runs = Files.list(cache)) {
      runs.filter(p -> p.getFileName().toString().startsWith("run-"))
          .filter(p -> !ProcessHandle.of(pid(p)).map(ProcessHandle::isAlive).orElse(false))
          .forEach(TestServer::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long pid(Path run) {
    return Long.parseLong(run.getFileName().toString().substring("run-".length()));
  }

  private static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
