package io.ash.runner.sandbox;

import java.util.Locale;

/** How processes of a session are kept apart from the host. */
public enum Isolation {
  /** bubblewrap; the start fails where it does not work. */
  AUTO,
  /** bubblewrap, named explicitly; the same as {@link #AUTO}. */
  BUBBLEWRAP,
  /** Plain processes of the server's own user, with nothing between them and the host. */
  NONE;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads the lower-case name; throws {@link IllegalArgumentException} for anything else. */
  public static Isolation of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
