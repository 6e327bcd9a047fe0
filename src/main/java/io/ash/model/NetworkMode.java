package io.ash.model;

import java.util.Locale;

/** How far a sandbox can reach. */
public enum NetworkMode {
  /** Its own loopback only. */
  NONE,
  /** Named destinations through the egress proxy. */
  ALLOWLIST,
  /** The network of the host. */
  HOST;

  /** The lower-case name used outside of Java. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads the lower-case name; throws {@link IllegalArgumentException} for anything else. */
  public static NetworkMode of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
