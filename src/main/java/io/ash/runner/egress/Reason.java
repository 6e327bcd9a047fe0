package io.ash.runner.egress;

import java.util.Locale;

/** Why something was not let out; also the label of a counter. */
enum Reason {
  /** The request is not one that can be understood in exactly one way. */
  MALFORMED,
  /** No line of the allow-list is about the host. */
  NOT_LISTED,
  /** The host is listed, this port of it is not. */
  PORT,
  /** The host is listed, this method is not. */
  METHOD,
  /** The host is listed, this path is not. */
  PATH,
  /** The host is listed for some methods or paths, and a tunnel hides both. */
  TUNNEL,
  /** The name leads to an address that is private, special or the server's own. */
  ADDRESS,
  /** The Host header names another place than the request. */
  HOST,
  /** What goes through the tunnel is no TLS. */
  NO_TLS,
  /** The TLS in the tunnel names another host. */
  SERVER_NAME,
  /** The session has too many connections. */
  TOO_MANY,
  /** The host did not answer, or has no address. */
  UNREACHABLE;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
