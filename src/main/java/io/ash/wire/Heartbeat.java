package io.ash.wire;

import io.ash.model.PoolStats;
import java.util.List;
import java.util.UUID;

/**
 * A runner is alive.
 *
 * @param hosted every sandbox it holds
 */
public record Heartbeat(String runner, UUID incarnation, PoolStats stats, List<Hosted> hosted) {}
