package io.ash.wire;

/**
 * One regular file.
 *
 * @param path relative, with forward slashes
 * @param size bytes
 * @param modifiedAt ISO-8601, UTC
 */
public record FileEntry(String path, long size, String modifiedAt) {}
