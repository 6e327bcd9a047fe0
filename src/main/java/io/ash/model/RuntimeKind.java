package io.ash.model;

import java.util.Locale;

/** What the process inside a sandbox speaks. */
public enum RuntimeKind {
  /** ash's own line protocol. */
  JSONL,
  /** The {@code claude} command line in stream-json mode. */
  CLAUDE,
  /** Agent Client Protocol over stdio. */
  ACP;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads the lower-case name; throws {@link IllegalArgumentException} for anything else. */
  public static RuntimeKind of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
