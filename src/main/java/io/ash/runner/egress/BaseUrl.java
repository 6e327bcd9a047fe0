package io.ash.runner.egress;

import java.util.Optional;

/**
 * The address below which a service is called.
 *
 * @param path without a slash at its end, possibly empty
 */
record BaseUrl(Destination to, boolean tls, String path) {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  /** Reads an http or https URL; nothing where it is none, or one with a user in it. */
  static Optional<BaseUrl> of(String url) {
    boolean tls = url.regionMatches(true, 0, "https://", 0, 8);
    if (!tls && !url.regionMatches(true, 0, "http://", 0, 7)) {
      return Optional.empty();
    }
    String rest = url.substring(tls ? 8 : 7);
    int end = rest.length();
    for (char stop : new char[] {'/', '?', '#'}) {
      int at = rest.indexOf(stop);
      end = at < 0 ? end : Math.min(end, at);
    }
    String path = rest.substring(end);
    int query = path.indexOf('?');
    path = query < 0 ? path : path.substring(0, query);
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    try {
      Destination to = Destination.of(rest.substring(0, end), tls ? HTTPS : HTTP);
      return Optional.of(new BaseUrl(to, tls, path));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
