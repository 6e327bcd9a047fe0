package io.ash.wire;

/**
 * The runner is known.
 *
 * @param leaseMs how long it counts as alive without a beat
 * @param beatMs when to come back
 */
public record Registered(long leaseMs, long beatMs) {}
