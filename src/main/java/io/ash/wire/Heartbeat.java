package io.ash.wire;

import io.ash.model.PoolStats;
import java.util.List;
import java.util.UUID;

/**
 * A runner is alive.
 *
 * @param hosted every sandbox it holds
 * @param cap most sandboxes it can have at the moment; not more than it has where it takes nothing
 *     new
 */
public record Heartbeat(
    String runner, UUID incarnation, PoolStats stats, List<Hosted> hosted, int cap) {}
