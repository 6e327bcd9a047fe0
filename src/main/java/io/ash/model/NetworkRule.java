package io.ash.model;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One line of an allow-list.
 *
 * @param host a name, an address, {@code *.} and a name for everything below it, or {@code *} for
 *     every name
 * @param port the only port, or 0 for 443, and 80 where the request is not encrypted
 * @param methods what may be asked, upper case; empty for everything
 * @param paths how the path must begin; empty for everything
 */
public record NetworkRule(String host, int port, List<String> methods, List<String> paths) {
  private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z-]{0,19}");
  private static final int HIGHEST_PORT = 65_535;

  public NetworkRule {
    methods = methods.stream().map(m -> m.toUpperCase(Locale.ROOT)).toList();
    paths = List.copyOf(paths);
    if (port < 0 || port > HIGHEST_PORT) {
      throw new IllegalArgumentException("a port is a number from 1 to " + HIGHEST_PORT);
    }
    for (String method : methods) {
      if (!METHOD.matcher(method).matches()) {
        throw new IllegalArgumentException("a method is a word such as GET");
      }
    }
    for (String path : paths) {
      if (!path.startsWith("/") || path.contains("*") || path.length() > 1024) {
        throw new IllegalArgumentException("a path begins with / and has no *");
      }
    }
  }

  /**
   * Reads {@code name}, {@code name:port}, {@code *.name}, {@code *}, an IPv4 address or an IPv6
   * address in brackets.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static NetworkRule of(String line, List<String> methods, List<String> paths) {
    int colon = line.endsWith("]") ? -1 : line.lastIndexOf(':');
    String host = colon < 0 ? line : line.substring(0, colon);
    int port = colon < 0 ? 0 : port(line.substring(colon + 1));
    String name;
    if (host.equals("*")) {
      name = host;
    } else if (host.startsWith("*.")) {
      HostName below = HostName.written(host.substring(2));
      if (below.literal()) {
        throw new IllegalArgumentException("* does not go with an address");
      }
      name = "*." + below.text();
    } else {
      name = HostName.written(host).text();
    }
    return new NetworkRule(name, port, methods, paths);
  }

  /** Everything at one place. */
  public static NetworkRule of(String line) {
    return of(line, List.of(), List.of());
  }

  /** Whether it is about this host. */
  public boolean covers(HostName name) {
    if (host.startsWith("*")) {
      return !name.literal() && name.text().endsWith(host.substring(1));
    }
    return host.equals(name.text());
  }

  /** Whether it allows everything at its place. */
  public boolean unconditional() {
    return methods.isEmpty() && paths.isEmpty();
  }

  private static int port(String text) {
    if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > HIGHEST_PORT) {
      throw new IllegalArgumentException("a port is a number from 1 to " + HIGHEST_PORT);
    }
    return Integer.parseInt(text);
  }
}
