package io.ash.coordinator.store;

import static io.ash.coordinator.store.Results.done;
import static io.ash.coordinator.store.Results.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.ash.coordinator.embedded.TlsServer;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsIT {
  @TempDir static Path directory;
  private static Vertx vertx;
  private static TlsServer server;

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    server = TlsServer.start(directory, directory.resolve("programs"));
  }

  @AfterAll
  static void stop() {
    server.close();
    done(vertx.close());
  }

  @Test
  void acceptsTheRightCertificateForTheRightName() {
    assertThat(usesTls("localhost", "sslmode=verify-full&sslrootcert=" + server.root())).isTrue();
  }

  @Test
  void refusesTheRightCertificateForAnotherName() {
    Throwable failure =
        failure(open("127.0.0.1", "sslmode=verify-full&sslrootcert=" + server.root()));

    assertThat(failure)
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("is not trusted, or is made out to another name");
  }

  @Test
  void refusesACertificateOfAnotherRoot() throws Exception {
    Path strange = TlsServer.strangeRoot(directory);

    assertThat(failure(open("localhost", "sslmode=verify-full&sslrootcert=" + strange)))
        .isInstanceOf(DatabaseRefused.class);
    assertThat(failure(open("localhost", "sslmode=verify-ca&sslrootcert=" + strange)))
        .isInstanceOf(DatabaseRefused.class);
    assertThat(failure(open("localhost", "sslmode=require&sslrootcert=" + strange)))
        .isInstanceOf(DatabaseRefused.class);
  }

  @Test
  void refusesACertificateThatNoPublicRootSigned() {
    assertThat(failure(open("localhost", "sslmode=verify-full")))
        .isInstanceOf(DatabaseRefused.class);
  }

  @Test
  void asksOnlyForTheRootWhenToldSo() {
    assertThat(usesTls("127.0.0.1", "sslmode=verify-ca&sslrootcert=" + server.root())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"allow", "prefer", "require"})
  void usesTlsWhereTheServerOffersIt(String mode) {
    assertThat(usesTls("localhost", "sslmode=" + mode)).isTrue();
  }

  @Test
  void sendsNothingInTheClearUnlessTold() {
    assertThat(failure(open("localhost", "sslmode=disable")))
        .isInstanceOf(DatabaseRefused.class)
        .hasMessageContaining("no encryption");
  }

  private static boolean usesTls(String host, String query) {
    done(open(host, query));
    Database database =
        new Database(
            vertx,
            Timers.of(vertx),
            Ticker.system(),
            StatementTimes.none(),
            config(host, query),
            "tls");
    return done(database.query("tls", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
        .iterator()
        .next()
        .getBoolean(0);
  }

  private static Future<Connectivity> open(String host, String query) {
    return new DatabaseStart(vertx, Timers.of(vertx), Ticker.system(), config(host, query), "tls")
        .await(Duration.ofSeconds(10));
  }

  private static DatabaseConfig config(String host, String query) {
    return new DatabaseConfig(
        Optional.of(DatabaseUrl.parse(server.url(host, query))), Optional.empty(), 2);
  }
}
