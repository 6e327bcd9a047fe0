package io.ash.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
  @ParameterizedTest
  @ValueSource(strings = {"postgres", "postgresql"})
  void readsBothSchemes(String scheme) {
    DatabaseUrl url = DatabaseUrl.parse(scheme + "://ann:word@db.example:6543/store");

    assertThat(url.host()).isEqualTo("db.example");
    assertThat(url.port()).isEqualTo(6543);
    assertThat(url.user()).isEqualTo("ann");
    assertThat(url.password().reveal()).isEqualTo("word");
    assertThat(url.database()).isEqualTo("store");
    assertThat(url.sslMode()).isEqualTo(SslMode.PREFER);
  }

  @Test
  void decodesUserPasswordAndDatabase() {
    DatabaseUrl url = DatabaseUrl.parse("postgresql://a%40b:p%3A%2F%3F%40+%25%C3%A4@h/d%20b");

    assertThat(url.user()).isEqualTo("a@b");
    assertThat(url.password().reveal()).isEqualTo("p:/?@+%ä");
    assertThat(url.database()).isEqualTo("d b");
  }

  @Test
  void fillsInWhatIsNotSaid() {
    DatabaseUrl url = DatabaseUrl.parse("postgresql://ann@h");

    assertThat(url.port()).isEqualTo(5432);
    assertThat(url.database()).isEqualTo("ann");
    assertThat(DatabaseUrl.parse("postgresql://").place()).isEqualTo("localhost:5432/postgres");
  }

  @Test
  void readsAddressesOfVersionSix() {
    DatabaseUrl url = DatabaseUrl.parse("postgresql://ann@[2001:db8::1]:5433/d");

    assertThat(url.host()).isEqualTo("2001:db8::1");
    assertThat(url.place()).isEqualTo("[2001:db8::1]:5433/d");
  }

  @Test
  void readsSocketDirectories() {
    DatabaseUrl url = DatabaseUrl.parse("postgresql://ann@/d?host=/run/my%20pg&port=5433");

    PgConnectOptions options = url.connectOptions("ash-1");

    assertThat(options.isUsingDomainSocket()).isTrue();
    assertThat(options.getSocketAddress().path()).isEqualTo("/run/my pg/.s.PGSQL.5433");
    assertThat(url.sslMode()).isEqualTo(SslMode.DISABLE);
  }

  @Test
  void alwaysUsesItsOwnApplicationName() {
    PgConnectOptions options =
        DatabaseUrl.parse("postgresql://h/d?application_name=theirs").connectOptions("ash-1");

    assertThat(options.getProperties()).containsEntry("application_name", "ash-1");
  }

  @ParameterizedTest
  @CsvSource({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
  void knowsEveryTlsMode(String mode) {
    assertThat(DatabaseUrl.parse("postgresql://h/d?sslmode=" + mode).sslMode().value)
        .isEqualTo(mode);
  }

  @Test
  void checksTheCertificateAsSoonAsARootIsNamed(@TempDir Path directory) throws Exception {
    Path root = Files.writeString(directory.resolve("ca.pem"), "");

    PgConnectOptions options =
        DatabaseUrl.parse("postgresql://h/d?sslmode=require&sslrootcert=" + root)
            .connectOptions("ash-1");

    assertThat(options.getSslMode()).isEqualTo(SslMode.VERIFY_CA);
    assertThat(options.getSslOptions().isTrustAll()).isFalse();
  }

  @Test
  void neverShowsThePassword() {
    assertThat(DatabaseUrl.parse("postgresql://ann:hush@h/d").toString())
        .isEqualTo("postgresql://ann:***@h:5432/d?sslmode=prefer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mysql://ann:hush@h/d|postgresql://user:password@host:port/database",
        "h:5432/d hush|postgresql://user:password@host:port/database",
        "postgresql://ann:hu@sh@h/d|%40 for @",
        "postgresql://ann:hush%zz@h/d|a password in which % is written %25",
        "postgresql://ann:hush@h:0/d|a port from 1 to 65535",
        "postgresql://ann:hush@h:99999/d|a port from 1 to 65535",
        "postgresql://ann:hush@h:5x/d|a port from 1 to 65535",
        "postgresql://ann:hush@h1,h2/d|one host",
        "postgresql://ann:hush@h/d?sslmode=hush|sslmode disable, allow, prefer",
        "postgresql://ann:hush@/d?host=/run&sslmode=require|no sslmode with a UNIX socket",
        "postgresql://ann:hush@h/d?sslrootcert=/nowhere/hush|sslrootcert with a PEM file",
        "postgresql://ann:hush@h/d?colour=hush|no parameter 'colour'",
        "postgresql://ann:hush@h/d?channel_binding=require|channel_binding disable or prefer",
        "postgresql://ann:hush@h/d?hush|name=value"
      })
  void saysWhatWouldBeRight(String text, String expected) {
    assertThatThrownBy(() -> DatabaseUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected)
        .hasMessageNotContaining("hush");
  }
}
