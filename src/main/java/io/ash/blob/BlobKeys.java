package io.ash.blob;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names the blobs of one tenant: the key of a blob is the HMAC-SHA256 of its content under the
 * tenant's own random key.
 *
 * <p>Equal content has one key within a tenant and unrelated keys in two tenants, so nobody can ask
 * by hash whether somebody else stores something, or read it. Thread-safe.
 */
public final class BlobKeys {
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");
  private final SecretKeySpec tenantKey;

  private BlobKeys(byte[] tenantKey) {
    this.tenantKey = new SecretKeySpec(tenantKey, "HmacSHA256");
  }

  /** Keys of the tenant whose key is given in hexadecimal, at least 16 bytes. */
  public static BlobKeys of(String hexTenantKey) {
    byte[] bytes = HexFormat.of().parseHex(hexTenantKey);
    if (bytes.length < 16) {
      throw new IllegalArgumentException("a tenant's blob key has at least 16 bytes");
    }
    return new BlobKeys(bytes);
  }

  /** The key of some content: 64 lower-case hexadecimal digits. */
  public String keyOf(byte[] content) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(tenantKey);
      return HexFormat.of().formatHex(mac.doFinal(content));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  /** Whether a text has the form of a blob key. */
  public static boolean isKey(String text) {
    return KEY.matcher(text).matches();
  }
}
