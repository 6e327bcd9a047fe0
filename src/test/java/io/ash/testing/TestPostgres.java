package io.ash.testing;

import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.DatabaseConfig;
import io.ash.coordinator.store.DatabaseUrl;
import io.ash.coordinator.store.StatementTimes;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Vertx;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives a test class a fresh database on a real PostgreSQL.
 *
 * <pre>{@code
 * @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();
 * }</pre>
 *
 * <p>The server is started once per JVM: the embedded one, or a container where a Docker engine
 * answers ({@code ASH_TEST_DOCKER=0} keeps to the embedded one). The time zone of its sessions is
 * neither UTC nor that of the machine, so that a statement which depends on it shows.
 */
public final class TestPostgres implements BeforeAllCallback, AfterAllCallback {
  private static final int POOL = 8;

  private final boolean migrated;
  private Optional<TestServer> server = Optional.empty();
  private String name = "";

  private TestPostgres(boolean migrated) {
    this.migrated = migrated;
  }

  /** With the schema of ash, and no rows but those of the migrations. */
  public static TestPostgres migrated() {
    return new TestPostgres(true);
  }

  /** Without any schema of ash. */
  public static TestPostgres empty() {
    return new TestPostgres(false);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    TestServer shared = TestServer.shared();
    server = Optional.of(shared);
    name = shared.createDatabase(migrated);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    server().dropDatabase(name);
  }

  /** Where the database of this class is, as {@code ASH_DATABASE_URL} would say it. */
  public String url() {
    return server().url(name);
  }

  /** The settings for this database with a small pool. */
  public DatabaseConfig config() {
    return new DatabaseConfig(Optional.of(DatabaseUrl.parse(url())), Optional.empty(), POOL);
  }

  /** A pool on this database; it closes with the Vert.x it was made on. */
  public Database database(Vertx vertx) {
    return new Database(
        vertx, Timers.of(vertx), Ticker.system(), StatementTimes.none(), config(), "test");
  }

  /** One more database beside that of the class, without any schema of ash; returns its URL. */
  public String anotherEmpty() {
    return server().url(server().createDatabase(false));
  }

  /** Runs statements as the owner of the server, outside every pool, and waits for them. */
  public void execute(String sql) {
    server().execute(name, sql);
  }

  /** Whether the processes of the server are processes of this machine. */
  public boolean isLocal() {
    return DatabaseUrl.parse(url()).host().startsWith("/");
  }

  private TestServer server() {
    return server.orElseThrow(() -> new IllegalStateException("only while the class runs"));
  }
}
