package io.ash.wire;

/**
 * So many sandboxes are to be kept ready on a runner.
 *
 * @param count at least 1
 */
public record WarmWish(WarmSpec spec, int count) {}
