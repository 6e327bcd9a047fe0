package io.ash.runner.egress;

import io.ash.model.HostName;

/** Where a program inside wants to go. */
record Destination(HostName host, int port) {
  private static final int HIGHEST_PORT = 65_535;

  /**
   * Reads {@code host:port}.
   *
   * @param otherwise the port where none is named, 0 where one must be
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Destination of(String authority, int otherwise) {
    int colon = authority.endsWith("]") ? -1 : authority.lastIndexOf(':');
    if (colon < 0 && otherwise == 0) {
      throw new IllegalArgumentException("the port is missing");
    }
    String host = colon < 0 ? authority : authority.substring(0, colon);
    return new Destination(
        HostName.of(host), colon < 0 ? otherwise : port(authority.substring(colon + 1)));
  }

  private static int port(String text) {
    if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > HIGHEST_PORT) {
      throw new IllegalArgumentException("the port is no number from 1 to " + HIGHEST_PORT);
    }
    return Integer.parseInt(text);
  }

  /** {@code host:port}. */
  String text() {
    return host.inUrl() + ":" + port;
  }
}
