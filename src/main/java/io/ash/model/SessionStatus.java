package io.ash.model;

import java.util.Locale;

/**
 * Where a session stands; the names are those of the public interface and of the database column.
 */
public enum SessionStatus {
  /** A sandbox is being prepared. */
  STARTING,
  /** A sandbox takes messages. */
  ACTIVE,
  /** At rest; its sandbox may still be alive. */
  PAUSED,
  /** At rest without a sandbox. */
  STOPPED,
  /** Over for good. */
  ENDED,
  /** Its sandbox could not be prepared. */
  ERROR;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads the lower-case name; throws {@link IllegalArgumentException} for anything else. */
  public static SessionStatus of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
