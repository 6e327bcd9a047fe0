package io.ash.wire;

import io.vertx.core.buffer.Buffer;

/**
 * Part of a file.
 *
 * @param size of the whole file
 */
public record FileChunk(Buffer bytes, long size) {}
