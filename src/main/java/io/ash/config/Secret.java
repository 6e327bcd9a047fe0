package io.ash.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A value that is compared in constant time and prints as a mask. */
public final class Secret {
  private final String value;

  public Secret(String value) {
    this.value = value;
  }

  /** The value itself; call it only where it is handed on. */
  public String reveal() {
    return value;
  }

  /**
   * Whether {@code candidate} equals this value, in time that does not depend on where they differ.
   */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(
        value.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "***";
  }
}
