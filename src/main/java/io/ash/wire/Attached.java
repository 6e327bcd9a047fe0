package io.ash.wire;

import java.util.List;

/**
 * What became of a snapshot.
 *
 * @param accepted false: another epoch or number came first
 * @param missing blobs to store before trying again
 */
public record Attached(boolean accepted, List<String> missing) {}
