package io.ash.runner.workspace;

import java.time.Instant;

/**
 * A regular file of a workspace.
 *
 * @param path relative, with forward slashes
 * @param size bytes
 */
public record FileFacts(String path, long size, Instant modifiedAt) {}
