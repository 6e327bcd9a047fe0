package io.ash.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of a session may reach.
 *
 * @param mode how far at all
 * @param chosen whether somebody asked for it; a default may be wider where nothing can hold it
 * @param allow with {@link NetworkMode#ALLOWLIST} the places, besides the model endpoint and the
 *     session's MCP servers
 * @param install the places of install.sh; null for those of {@code allow}
 * @param secrets what is added outside
 */
public record NetworkPolicy(
    NetworkMode mode,
    boolean chosen,
    List<NetworkRule> allow,
    @Nullable List<NetworkRule> install,
    List<SecretRoute> secrets) {
  public NetworkPolicy {
    allow = List.copyOf(allow);
    install = install == null ? null : List.copyOf(install);
    secrets = List.copyOf(secrets);
  }

  /** A mode that was asked for, with no places. */
  public static NetworkPolicy of(NetworkMode mode) {
    return new NetworkPolicy(mode, true, List.of(), null, List.of());
  }

  /** The mode of a server for sessions that ask for none. */
  public static NetworkPolicy byDefault(NetworkMode mode) {
    return new NetworkPolicy(mode, false, List.of(), null, List.of());
  }

  /** What a server does for agents that say nothing: this mode, where none was asked for. */
  public NetworkPolicy settled(NetworkMode otherwise, boolean asked) {
    return chosen ? this : new NetworkPolicy(otherwise, asked, allow, install, secrets);
  }

  /** As it is for a sandbox that nobody has brought a secret for. */
  public NetworkPolicy withoutSecrets() {
    return new NetworkPolicy(mode, chosen, allow, install, List.of());
  }

  /** The places that install.sh may reach. */
  public List<NetworkRule> installing() {
    return install == null ? allow : install;
  }
}
