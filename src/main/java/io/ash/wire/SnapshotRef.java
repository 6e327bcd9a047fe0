package io.ash.wire;

/**
 * A snapshot to start from.
 *
 * @param no number in its session
 * @param manifest key of the manifest blob
 * @param coversSeq last journal number it covers
 */
public record SnapshotRef(int no, String manifest, long coversSeq) {}
