package io.ash.wire;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.RuntimeKind;
import io.ash.model.SnapshotPolicy;
import java.util.List;

/**
 * How the agent of a session is run, as its definition says.
 *
 * @param command argument vector, empty for the default of the kind
 * @param snapshots when its sessions are saved, and what of them is not
 */
public record RuntimeSpec(
    RuntimeKind kind,
    List<String> command,
    Limits limits,
    NetworkPolicy network,
    SnapshotPolicy snapshots) {
  /** With a mode of the network that was asked for, no places, and the usual snapshots. */
  public RuntimeSpec(RuntimeKind kind, List<String> command, Limits limits, NetworkMode network) {
    this(kind, command, limits, NetworkPolicy.of(network), SnapshotPolicy.USUAL);
  }

  /** The same under another policy. */
  public RuntimeSpec under(NetworkPolicy policy) {
    return new RuntimeSpec(kind, command, limits, policy, snapshots);
  }
}
