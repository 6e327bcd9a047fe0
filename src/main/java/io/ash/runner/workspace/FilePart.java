package io.ash.runner.workspace;

import io.vertx.core.buffer.Buffer;

/**
 * A part of a file.
 *
 * @param bytes fewer than were asked for where the file ends
 * @param size of the whole file
 */
public record FilePart(Buffer bytes, long size) {}
