package io.ash.runner.sandbox;

import java.nio.file.Path;

/**
 * A file or directory of the host that a jail shows read-only.
 *
 * @param host absolute path on the host
 * @param inside absolute path in the jail
 */
public record Bind(Path host, String inside) {
  public Bind {
    if (!host.isAbsolute() || !inside.startsWith("/")) {
      throw new IllegalArgumentException("a bind needs absolute paths: " + host + " " + inside);
    }
  }

  /** Shows a path where it is on the host. */
  public static Bind same(Path host) {
    return new Bind(host, host.toString());
  }
}
