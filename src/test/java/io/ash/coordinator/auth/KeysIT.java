package io.ash.coordinator.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.config.Secret;
import io.ash.coordinator.store.KeyStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.testing.ManualTicker;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class KeysIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private final ManualTicker ticker = new ManualTicker();
  private KeyStore store;
  private Keys keys;

  @BeforeEach
  void open(Vertx vertx) {
    store = new KeyStore(postgres.database(vertx));
    keys = keys(Optional.empty(), Optional.empty());
  }

  private Keys keys(Optional<Secret> credentialKey, Optional<Secret> environmentKey) {
    return new Keys(
        store, new Tenants(store), new KeyHashes(credentialKey), environmentKey, ticker);
  }

  @Test
  void tellsTheTenantOfAKey() {
    Keys.Made made = Outcome.of(keys.create("acme", "ci"));

    assertThat(made.key().plain()).matches("ash_[A-Za-z0-9_-]{32}");
    assertThat(Outcome.of(keys.authenticate("Bearer " + made.key().plain())))
        .isEqualTo(new Caller("acme", Optional.of(made.id())));
  }

  @Test
  void answersWithTheThreeTexts() {
    assertUnauthorized(keys.authenticate(null), "Missing Authorization header");
    for (String header : List.of("", "Bearer", "Bearer ", "Bearer a b", "Basic abc", "ash_x")) {
      assertUnauthorized(keys.authenticate(header), "Invalid Authorization header format");
    }
    for (String token :
        List.of("nope", "ash_" + "A".repeat(32), "x".repeat(100_000), "\0", "' or 1=1")) {
      if (token.indexOf(' ') < 0) {
        assertUnauthorized(keys.authenticate("Bearer " + token), "Invalid API key");
      }
    }
  }

  @Test
  void takesTheKeyFromTheEnvironmentForTheDefaultTenant() {
    Keys withEnvironment = keys(Optional.empty(), Optional.of(new Secret("my-own-key")));

    assertThat(Outcome.of(withEnvironment.authenticate("Bearer my-own-key")))
        .isEqualTo(new Caller("default", Optional.empty()));
    assertUnauthorized(withEnvironment.authenticate("Bearer my-own-kez"), "Invalid API key");
    assertThat(withEnvironment.environmentKeyPrefix("default")).contains("my-ow••••");
    assertThat(withEnvironment.environmentKeyPrefix("acme")).isEmpty();
  }

  @Test
  void findsKeysMadeBeforeTheCredentialKeyWasSet() {
    String before = Outcome.of(keys.create("acme", "old")).key().plain();
    Keys later = keys(Optional.of(new Secret("master")), Optional.empty());
    String after = Outcome.of(later.create("acme", "new")).key().plain();

    assertThat(Outcome.of(later.authenticate("Bearer " + before)).tenant()).isEqualTo("acme");
    assertThat(Outcome.of(later.authenticate("Bearer " + after)).tenant()).isEqualTo("acme");
    assertUnauthorized(keys.authenticate("Bearer " + after), "Invalid API key");
  }

  @Test
  void storesNoKeyInTheClear(Vertx vertx) {
    Keys.Made made = Outcome.of(keys.create("acme", "ci"));

    List<KeyStore.KeyLine> lines = Outcome.of(keys.list("acme"));

    assertThat(lines).extracting(KeyStore.KeyLine::prefix).contains(made.key().prefix());
    assertThat(made.key()).hasToString(made.key().plain().substring(0, 8) + "••••");
  }

  @Test
  void refusesADeletedKeyAtOnce() {
    Keys.Made made = Outcome.of(keys.create("acme", "ci"));
    String header = "Bearer " + made.key().plain();
    Outcome.of(keys.authenticate(header));

    Outcome.of(keys.delete("acme", made.id()));

    assertUnauthorized(keys.authenticate(header), "Invalid API key");
  }

  @Test
  void refusesAKeyDeletedElsewhereAfterAFewSeconds() {
    Keys.Made made = Outcome.of(keys.create("acme", "ci"));
    String header = "Bearer " + made.key().plain();
    Outcome.of(keys.authenticate(header));
    Outcome.of(keys(Optional.empty(), Optional.empty()).delete("acme", made.id()));

    assertThat(Outcome.of(keys.authenticate(header)).tenant()).isEqualTo("acme");
    ticker.advance(Duration.ofSeconds(Keys.TTL_SECONDS));

    assertUnauthorized(keys.authenticate(header), "Invalid API key");
  }

  @Test
  void doesNotLetOneTenantSeeOrDeleteKeysOfAnother() {
    Keys.Made theirs = Outcome.of(keys.create("victim", "theirs"));

    Throwable failure = Outcome.failureOf(keys.delete("attacker", theirs.id()));

    assertThat(failure)
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.NOT_FOUND))
        .hasMessage("API key not found");
    assertThat(Outcome.of(keys.list("attacker"))).isEmpty();
    assertThat(Outcome.of(keys.authenticate("Bearer " + theirs.key().plain())).tenant())
        .isEqualTo("victim");
    assertThat(Outcome.failureOf(keys.delete("victim", UUID.randomUUID())))
        .hasMessage("API key not found");
  }

  @Test
  void takesAKeyThatWasRefusedBeforeItWasMade() {
    Keys.Made made = Outcome.of(keys(Optional.empty(), Optional.empty()).create("acme", "x"));
    String unknown = "Bearer ash_" + "B".repeat(32);

    assertUnauthorized(keys.authenticate(unknown), "Invalid API key");

    assertThat(Outcome.of(keys.authenticate("Bearer " + made.key().plain())).tenant())
        .isEqualTo("acme");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "../x", "a/b", "-a", "a\0", "ä"})
  void refusesNamesThatAreNoTenant(String tenant) {
    assertThat(Outcome.failureOf(keys.create(tenant, "x")))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID_REQUEST));
  }

  @Test
  void givesATenantOneBlobKeyHoweverManyNameItAtOnce() {
    List<Future<String>> asked =
        IntStream.range(0, 20).mapToObj(i -> new Tenants(store).blobKey("crowd")).toList();

    Stream<String> keysSeen = asked.stream().map(Outcome::of);

    assertThat(keysSeen.distinct()).hasSize(1);
    assertThat(Outcome.of(new Tenants(store).blobKey("other")))
        .hasSize(64)
        .isNotEqualTo(Outcome.of(asked.get(0)));
  }

  private static void assertUnauthorized(Future<Caller> answer, String text) {
    assertThat(Outcome.failureOf(answer))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAUTHORIZED))
        .hasMessage(text);
  }
}
