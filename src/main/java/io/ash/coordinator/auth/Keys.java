package io.ash.coordinator.auth;

import io.ash.config.Secret;
import io.ash.coordinator.store.KeyStore;
import io.ash.coordinator.store.KeyStore.StoredKey;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * API keys: who a request belongs to, and the keys of a tenant.
 *
 * <p>What a key stands for is remembered for {@value #TTL_SECONDS} seconds, so most requests cost
 * no statement. A key deleted through this process is refused at once; through another one, when
 * those seconds are over. Thread-safe.
 */
public final class Keys {
  /** How long a key that was deleted through another process may still be taken. */
  public static final int TTL_SECONDS = 5;

  /** Keys one tenant can have. */
  public static final int MOST_PER_TENANT = 1_000;

  private static final int REMEMBERED = 10_000;
  private static final int LONGEST = 512;

  private final KeyStore store;
  private final Tenants tenants;
  private final KeyHashes hashes;
  private final Optional<Secret> environmentKey;
  private final SecureRandom random = new SecureRandom();
  private final KeyCache<Caller> known;
  private final KeyCache<Boolean> unknown;

  /**
   * Keys with a memory.
   *
   * @param environmentKey {@code ASH_API_KEY}, a key of the default tenant that is not stored
   */
  public Keys(
      KeyStore store,
      Tenants tenants,
      KeyHashes hashes,
      Optional<Secret> environmentKey,
      Ticker ticker) {
    this.store = store;
    this.tenants = tenants;
    this.hashes = hashes;
    this.environmentKey = environmentKey;
    this.known = new KeyCache<>(REMEMBERED, Duration.ofSeconds(TTL_SECONDS), ticker);
    this.unknown = new KeyCache<>(REMEMBERED, Duration.ofSeconds(2), ticker);
  }

  /** A key that was just made; the only time its text is seen. */
  public record Made(UUID id, ApiKey key, String tenant) {}

  /** Whose request it is by its Authorization header; fails with {@link Refused}. */
  public Future<Caller> authenticate(@Nullable String authorization) {
    if (authorization == null) {
      return refused("Missing Authorization header");
    }
    String[] parts = authorization.split(" ", -1);
    if (parts.length != 2 || !parts[0].equalsIgnoreCase("Bearer") || parts[1].isEmpty()) {
      return refused("Invalid Authorization header format");
    }
    String token = parts[1];
    if (environmentKey.isPresent() && environmentKey.get().matches(token)) {
      return Future.succeededFuture(new Caller(Caller.DEFAULT_TENANT, Optional.empty()));
    }
    return token.length() > LONGEST ? refused("Invalid API key") : lookedUp(token);
  }

  /** Makes a key for a tenant. */
  public Future<Made> create(String tenant, String label) {
    ApiKey key = ApiKey.random(random);
    UUID id = UUID.randomUUID();
    return tenants
        .blobKey(tenant)
        .compose(
            there ->
                store.insert(
                    new StoredKey(id, tenant, hashes.stored(key.plain()), key.prefix(), label),
                    MOST_PER_TENANT))
        .compose(
            stored -> {
              if (!stored) {
                return Future.failedFuture(
                    new Refused(
                        Refusal.WRONG_STATE,
                        "A tenant can have " + MOST_PER_TENANT + " API keys; delete some first"));
              }
              unknown.forget(any -> true);
              return Future.succeededFuture(new Made(id, key, tenant));
            });
  }

  /** The stored keys of a tenant, newest first, and before them the one from the environment. */
  public Future<List<KeyStore.KeyLine>> list(String tenant) {
    return store.list(tenant, MOST_PER_TENANT);
  }

  /** How the key from {@code ASH_API_KEY} is listed, for the tenant it belongs to. */
  public Optional<String> environmentKeyPrefix(String tenant) {
    return environmentKey
        .filter(k -> tenant.equals(Caller.DEFAULT_TENANT))
        .map(k -> ApiKey.shown(k.reveal()));
  }

  /** Deletes a key of a tenant; fails with NOT_FOUND for any other id. */
  public Future<Void> delete(String tenant, UUID id) {
    return store
        .delete(tenant, id)
        .compose(
            deleted -> {
              known.forget(caller -> caller.keyId().filter(id::equals).isPresent());
              return deleted
                  ? Future.<Void>succeededFuture()
                  : Future.<Void>failedFuture(new Refused(Refusal.NOT_FOUND, "API key not found"));
            });
  }

  private Future<Caller> lookedUp(String token) {
    List<String> candidates = hashes.all(token);
    String hash = candidates.get(0);
    Optional<Caller> remembered = known.get(hash);
    if (remembered.isPresent()) {
      return Future.succeededFuture(remembered.get());
    }
    if (unknown.get(hash).isPresent()) {
      return refused("Invalid API key");
    }
    long knownBefore = known.generation();
    long unknownBefore = unknown.generation();
    return store
        .find(candidates)
        .compose(
            found -> {
              if (found.isEmpty()) {
                unknown.put(hash, true, unknownBefore);
                return refused("Invalid API key");
              }
              Caller caller = new Caller(found.get().tenant(), Optional.of(found.get().id()));
              known.put(hash, caller, knownBefore);
              return Future.succeededFuture(caller);
            });
  }

  private static <T> Future<T> refused(String text) {
    return Future.failedFuture(new Refused(Refusal.UNAUTHORIZED, text));
  }
}
