package io.ash.model;

import java.util.Locale;

/** Where a runner stands in the fleet. */
public enum RunnerStatus {
  /** Takes new sessions. */
  READY,
  /** Finishes what it has and takes nothing new. */
  DRAINING,
  /** Its lease ran out. */
  LOST,
  /** It said good-bye. */
  GONE;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads the lower-case name; throws {@link IllegalArgumentException} for anything else. */
  public static RunnerStatus of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
