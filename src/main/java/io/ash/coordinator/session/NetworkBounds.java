package io.ash.coordinator.session;

import io.ash.config.Env;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;

/**
 * What an operator says about the network of sandboxes.
 *
 * @param otherwise the mode of agents and sessions that ask for none
 * @param asked whether the operator named that mode
 * @param most the widest mode that may be asked for
 */
public record NetworkBounds(NetworkMode otherwise, boolean asked, NetworkMode most) {
  /** What holds where an operator says nothing. */
  public static final NetworkBounds USUAL =
      new NetworkBounds(NetworkMode.ALLOWLIST, false, NetworkMode.HOST);

  /** Reads {@code ASH_NETWORK_POLICY} and {@code ASH_NETWORK_MAX}. */
  public static NetworkBounds read(Env env) {
    NetworkMode otherwise = env.choice("ASH_NETWORK_POLICY", NetworkMode.ALLOWLIST);
    NetworkMode most = env.choice("ASH_NETWORK_MAX", NetworkMode.HOST);
    if (otherwise.compareTo(most) > 0) {
      env.problem(
          "ASH_NETWORK_POLICY",
          otherwise.text(),
          "no more than ASH_NETWORK_MAX allows, which is " + most.text());
    }
    return new NetworkBounds(otherwise, env.text("ASH_NETWORK_POLICY").isPresent(), most);
  }

  /** A policy of an agent, with this server's mode where it names none. */
  public NetworkPolicy settled(NetworkPolicy agent) {
    return agent.settled(otherwise, asked);
  }
}
