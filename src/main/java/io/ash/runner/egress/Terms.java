package io.ash.runner.egress;

import java.util.Map;

/**
 * What a sandbox may reach. Immutable.
 *
 * @param routes by name
 */
public record Terms(Rules rules, Map<String, Route> routes) {
  public Terms {
    routes = Map.copyOf(routes);
  }
}
