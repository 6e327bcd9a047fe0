package io.ash.model;

import java.util.Locale;

/** Where a turn stands: one message and everything the agent does for it. */
public enum TurnStatus {
  /** Accepted behind another turn. */
  QUEUED,
  /** Handed to the agent, or about to be. */
  RUNNING,
  /** The agent ended it. */
  DONE,
  /** The agent or its process failed. */
  FAILED,
  /** A person stopped it. */
  INTERRUPTED,
  /** Its runner died or was fenced; nothing more will come. */
  LOST;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads the lower-case name; throws {@link IllegalArgumentException} for anything else. */
  public static TurnStatus of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
