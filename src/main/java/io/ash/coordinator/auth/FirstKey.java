package io.ash.coordinator.auth;

import io.ash.coordinator.store.KeyStore;
import io.ash.coordinator.store.KeyStore.StoredKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

/**
 * Makes the key of a server that has none, at its first start.
 *
 * <p>The key is written to {@code <data>/initial-api-key} (mode 0600) before its hash is stored: a
 * crash in between leaves a file whose key the next start stores. Later starts change nothing. All
 * first keys have one id, so of two servers that start at once on one database only one makes a
 * key.
 */
public final class FirstKey {
  /** Name of the file in the data directory. */
  public static final String FILE = "initial-api-key";

  /** The id of the key every database begins with. */
  public static final UUID ID = UUID.fromString("00000000-0000-4000-8000-000000000001");

  private final Vertx vertx;
  private final KeyStore store;
  private final Tenants tenants;
  private final KeyHashes hashes;
  private final PrivateFile file;

  public FirstKey(Vertx vertx, KeyStore store, Tenants tenants, KeyHashes hashes, Path dataDir) {
    this.vertx = vertx;
    this.store = store;
    this.tenants = tenants;
    this.hashes = hashes;
    this.file = new PrivateFile(dataDir.resolve(FILE));
  }

  /**
   * Where the first key can be read: the file, or nothing where keys exist and the file is gone (it
   * is only a convenience; a new key is made with {@code POST /api/api-keys} and any existing one,
   * or with the server started once with {@code ASH_API_KEY}).
   */
  public Future<Optional<Path>> ensure() {
    return store.any().compose(exists -> exists ? blocking(this::where) : make());
  }

  private Future<Optional<Path>> make() {
    return tenants
        .blobKey(Caller.DEFAULT_TENANT)
        .compose(there -> blocking(this::written))
        .compose(
            key ->
                store.insertFirst(
                    new StoredKey(
                        ID,
                        Caller.DEFAULT_TENANT,
                        hashes.stored(key.plain()),
                        key.prefix(),
                        "auto-generated")))
        .compose(
            stored ->
                blocking(
                    () -> {
                      if (!stored) {
                        file.delete(); // another server made the first key of this database
                      }
                      return where();
                    }));
  }

  private ApiKey written() throws IOException {
    Optional<String> there = file.read();
    if (there.isPresent()) {
      try {
        return new ApiKey(there.get());
      } catch (IllegalArgumentException e) {
        throw new IOException(file.path() + " does not hold an API key; remove it and start again");
      }
    }
    ApiKey made = ApiKey.random(new SecureRandom());
    file.write(made.plain());
    return made;
  }

  private Optional<Path> where() {
    return Optional.of(file.path()).filter(Files::exists);
  }

  private <T> Future<T> blocking(Callable<T> work) {
    return vertx.executeBlocking(work, false);
  }
}
