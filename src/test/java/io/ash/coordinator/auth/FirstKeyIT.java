package io.ash.coordinator.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.coordinator.store.KeyStore;
import io.ash.testing.ManualTicker;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
class FirstKeyIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private final KeyHashes hashes = new KeyHashes(Optional.empty());
  @TempDir Path dir;
  private Vertx vertx;
  private KeyStore store;
  private Keys keys;

  @BeforeEach
  void open(Vertx vertx) {
    this.vertx = vertx;
    postgres.execute("delete from ash.api_key");
    store = new KeyStore(postgres.database(vertx));
    keys = new Keys(store, new Tenants(store), hashes, Optional.empty(), new ManualTicker());
  }

  private FirstKey firstKey(Path dataDir) {
    return new FirstKey(vertx, store, new Tenants(store), hashes, dataDir);
  }

  @Test
  void makesOneKeyAndReusesItAtLaterStarts() throws Exception {
    Path file = Outcome.of(firstKey(dir).ensure()).orElseThrow();
    String key = Files.readString(file).strip();

    assertThat(Outcome.of(firstKey(dir).ensure())).contains(file);

    assertThat(Files.readString(file).strip()).isEqualTo(key);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Outcome.of(keys.authenticate("Bearer " + key)).tenant()).isEqualTo("default");
    assertThat(Outcome.of(keys.list("default"))).hasSize(1);
  }

  @Test
  void makesNoKeyWhereTheFileIsGoneButKeysExist() throws Exception {
    Files.delete(Outcome.of(firstKey(dir).ensure()).orElseThrow());

    assertThat(Outcome.of(firstKey(dir).ensure())).isEmpty();

    assertThat(Outcome.of(keys.list("default"))).hasSize(1);
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void storesTheKeyOfAFileThatACrashLeftBehind() throws Exception {
    String key = "ash_" + "C".repeat(32);
    Files.writeString(dir.resolve(FirstKey.FILE), key + "\n");

    Outcome.of(firstKey(dir).ensure());

    assertThat(Outcome.of(keys.authenticate("Bearer " + key)).tenant()).isEqualTo("default");
  }

  @Test
  void saysWhatToDoWithAFileThatHoldsNoKey() throws Exception {
    Files.writeString(dir.resolve(FirstKey.FILE), "not a key\n");

    assertThat(Outcome.failureOf(firstKey(dir).ensure()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("remove it and start again");
    assertThat(Outcome.of(store.any())).isFalse();
  }

  @Test
  void makesOneKeyWhereTwoServersStartAtOnce() throws Exception {
    Path one = Files.createDirectory(dir.resolve("one"));
    Path two = Files.createDirectory(dir.resolve("two"));
    Future<Optional<Path>> first = firstKey(one).ensure();
    Future<Optional<Path>> second = firstKey(two).ensure();

    assertThat(Stream.of(Outcome.of(first), Outcome.of(second)).filter(Optional::isPresent))
        .hasSize(1);
    assertThat(Outcome.of(keys.list("default"))).hasSize(1);
  }
}
