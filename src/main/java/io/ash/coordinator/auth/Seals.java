package io.ash.coordinator.auth;

import io.ash.config.Secret;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets for the database with AES-256-GCM and opens them again.
 *
 * <p>The text form is {@code v1.<name of the key>.<base64url of nonce, ciphertext and tag>}. A seal
 * is bound to its context, for instance the id of its owner: moved to another row it does not open.
 * The AES key and its name are derived from the credential key with HKDF-SHA256, so the credential
 * key should be random ({@code openssl rand -base64 32}). Thread-safe.
 */
public final class Seals {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final Optional<Key> key;
  private final SecureRandom random = new SecureRandom();

  private Seals(Optional<Key> key) {
    this.key = key;
  }

  /** Seals under a credential key. */
  public static Seals with(Secret credentialKey) {
    return new Seals(Optional.of(Key.from(credentialKey)));
  }

  /** Without a key: refuses to seal and to open, saying what to set. */
  public static Seals without() {
    return new Seals(Optional.empty());
  }

  /** Whether there is a key. */
  public boolean ready() {
    return key.isPresent();
  }

  /**
   * Seals a text for a context. Throws {@link Refused} where there is no key: nothing secret is
   * ever stored in the clear.
   */
  public String seal(String context, String plain) {
    Key with = required();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, with, nonce, context);
      byte[] sealed = cipher.doFinal(plain.getBytes(StandardCharsets.UTF_8));
      ByteBuffer all = ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed);
      return "v1."
          + with.name()
          + "."
          + Base64.getUrlEncoder().withoutPadding().encodeToString(all.array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES-GCM", e);
    }
  }

  /**
   * Opens what was sealed for the same context. Throws {@link Refused} where there is no key, the
   * key is another one, or the text was changed or belongs elsewhere.
   */
  public String open(String context, String sealed) {
    Key with = required();
    String[] parts = sealed.split("\\.", -1);
    if (parts.length != 3 || !parts[0].equals("v1")) {
      throw broken("its form is unknown");
    }
    if (!parts[1].equals(with.name())) {
      throw broken("it was sealed under another ASH_CREDENTIAL_KEY; start with that key again");
    }
    try {
      byte[] all = Base64.getUrlDecoder().decode(parts[2]);
      if (all.length < NONCE_BYTES + TAG_BITS / 8) {
        throw broken("it is too short");
      }
      byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, with, nonce, context);
      byte[] plain = cipher.doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
      return new String(plain, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw broken("it was changed or belongs elsewhere");
    }
  }

  private Key required() {
    return key.orElseThrow(
        () ->
            new Refused(
                Refusal.NOT_CONFIGURED,
                "Secret values cannot be stored: ASH_CREDENTIAL_KEY is not set on this server"));
  }

  private static Refused broken(String why) {
    return new Refused(
        Refusal.NOT_CONFIGURED,
        "A stored secret value cannot be opened: " + why + ", or set the value anew");
  }

  private static Cipher cipher(int mode, Key key, byte[] nonce, String context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key.aes(), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  /**
   * A key for AES and the name that seals carry.
   *
   * @param name eight hexadecimal digits; tells keys apart, says nothing about the key
   */
  private record Key(String name, SecretKeySpec aes) {
    static Key from(Secret credentialKey) {
      byte[] input = credentialKey.reveal().getBytes(StandardCharsets.UTF_8);
      byte[] extracted = hmac("ash seal v1".getBytes(StandardCharsets.UTF_8), input);
      byte[] aes = hmac(extracted, "aes-256-gcm\u0001".getBytes(StandardCharsets.UTF_8));
      byte[] name = hmac(extracted, "name\u0001".getBytes(StandardCharsets.UTF_8));
      return new Key(HexFormat.of().formatHex(name).substring(0, 8), new SecretKeySpec(aes, "AES"));
    }

    private static byte[] hmac(byte[] key, byte[] input) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(input);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java has HmacSHA256", e);
      }
    }
  }
}
