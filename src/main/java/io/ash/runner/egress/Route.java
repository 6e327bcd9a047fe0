package io.ash.runner.egress;

import java.util.Map;

/**
 * A path on the proxy's own address that leads to one place outside, with headers that are added
 * there.
 *
 * @param name first segment of the path, without slashes
 * @param to where it leads
 * @param tls whether that place speaks TLS
 * @param path put before the rest of the path; without a slash at its end, possibly empty
 * @param headers lower-case name to value; what a program inside sends under these names is dropped
 * @param trusted whether the operator named the place, which may then be private
 */
record Route(
    String name,
    Destination to,
    boolean tls,
    String path,
    Map<String, String> headers,
    boolean trusted) {
  Route {
    headers = Map.copyOf(headers);
  }

  /** Without what it adds. */
  @Override
  public String toString() {
    return "Route[" + name + " to " + to.text() + ", headers " + headers.keySet() + "]";
  }
}
