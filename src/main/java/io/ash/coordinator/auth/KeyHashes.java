package io.ash.coordinator.auth;

import io.ash.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Hashes keys and tickets for the database: hexadecimal HMAC-SHA256 under {@code
 * ASH_CREDENTIAL_KEY} where that is set, SHA-256 otherwise.
 *
 * <p>What is hashed is random and 192 bits long or longer, so a slow hash would protect nothing.
 */
public final class KeyHashes {
  private final Optional<Secret> credentialKey;

  public KeyHashes(Optional<Secret> credentialKey) {
    this.credentialKey = credentialKey;
  }

  /** The hash under which a new key is stored. */
  public String stored(String plain) {
    return all(plain).get(0);
  }

  /** The hashes under which a key may be stored: made before or after the variable was set. */
  public List<String> all(String plain) {
    byte[] bytes = plain.getBytes(StandardCharsets.UTF_8);
    return credentialKey
        .map(k -> List.of(hmac(k.reveal(), bytes), sha256(bytes)))
        .orElseGet(() -> List.of(sha256(bytes)));
  }

  private static String hmac(String key, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
