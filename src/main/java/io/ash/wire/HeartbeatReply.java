package io.ash.wire;

import java.util.List;

/**
 * What the fleet knows about the runner.
 *
 * @param known false: register again
 * @param drop sandboxes that are no longer its own
 * @param warm sandboxes to keep ready; others that were are given up
 */
public record HeartbeatReply(
    boolean known,
    long leaseMs,
    long beatMs,
    boolean drain,
    List<Hosted> drop,
    List<WarmWish> warm) {}
