package io.ash.coordinator.auth;

import io.ash.blob.BlobKeys;
import io.ash.coordinator.store.KeyStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The tenants: made when first named, each with a random key of its own for the names of its blobs.
 * Thread-safe.
 */
public final class Tenants {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@:-]{0,254}");
  private static final int REMEMBERED = 10_000;

  private final KeyStore store;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, String> blobKeys = new ConcurrentHashMap<>();

  public Tenants(KeyStore store) {
    this.store = store;
  }

  /**
   * The blob key of a tenant in hexadecimal; makes the tenant if nobody named it before. Fails with
   * {@link Refused} for a name that is none.
   */
  public Future<String> blobKey(String tenant) {
    if (!NAME.matcher(tenant).matches()) {
      return Future.failedFuture(
          new Refused(
              Refusal.INVALID_REQUEST,
              "A tenant is named with 1 to 255 letters, digits and . _ @ : -, a letter or digit"
                  + " first"));
    }
    String known = blobKeys.get(tenant);
    if (known != null) {
      return Future.succeededFuture(known);
    }
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return store
        .ensureTenant(tenant, HexFormat.of().formatHex(bytes))
        .onSuccess(
            key -> {
              if (blobKeys.size() < REMEMBERED) {
                blobKeys.put(tenant, key);
              }
            });
  }

  /** Names the blobs of a tenant. */
  public Future<BlobKeys> blobKeys(String tenant) {
    return blobKey(tenant).map(BlobKeys::of);
  }
}
