package io.ash.wire;

/**
 * One line of a log.
 *
 * @param index grows by one
 * @param level stdout, stderr or system
 * @param ts ISO-8601, UTC
 */
public record LogEntry(long index, String level, String text, String ts) {}
