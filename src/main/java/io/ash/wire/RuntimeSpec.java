package io.ash.wire;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
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
    NetworkMode network,
    SnapshotPolicy snapshots) {
  /** With the usual snapshots. */
  public RuntimeSpec(RuntimeKind kind, List<String> command, Limits limits, NetworkMode network) {
    this(kind, command, limits, network, SnapshotPolicy.USUAL);
  }
}
