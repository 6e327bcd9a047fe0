package io.ash.coordinator.auth;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** The plain text of an API key: {@code ash_} and 32 base64url characters. Prints as a mask. */
public record ApiKey(String plain) {
  private static final Pattern FORM = Pattern.compile("ash_[A-Za-z0-9_-]{32}");

  public ApiKey {
    if (!FORM.matcher(plain).matches()) {
      throw new IllegalArgumentException("not the form of an API key");
    }
  }

  /** A new one: 24 random bytes. */
  static ApiKey random(SecureRandom random) {
    byte[] bytes = new byte[24];
    random.nextBytes(bytes);
    return new ApiKey("ash_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** Enough of it to tell keys apart, too little to use. */
  public String prefix() {
    return shown(plain);
  }

  /** The first eight characters of any key text and four bullets. */
  static String shown(String text) {
    return text.substring(0, Math.min(8, text.length() / 2)) + "••••";
  }

  @Override
  public String toString() {
    return prefix();
  }
}
