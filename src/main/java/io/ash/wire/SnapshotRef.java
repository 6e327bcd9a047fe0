package io.ash.wire;

import org.jspecify.annotations.Nullable;

/**
 * A snapshot to start from.
 *
 * @param no number in its session
 * @param manifest key of the manifest blob
 * @param coversSeq last journal number it covers
 * @param coversTurn last turn whose changes are in it, 0 for none
 * @param turnsSince how many turns ended after that one
 * @param previous the one before, to start from where this one cannot be read
 */
public record SnapshotRef(
    int no,
    String manifest,
    long coversSeq,
    int coversTurn,
    int turnsSince,
    @Nullable SnapshotRef previous) {}
