package io.ash.wire;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.RuntimeKind;
import java.util.List;

/**
 * How the agent of a session is run, as its definition says.
 *
 * @param command argument vector, empty for the default of the kind
 */
public record RuntimeSpec(
    RuntimeKind kind, List<String> command, Limits limits, NetworkMode network) {}
