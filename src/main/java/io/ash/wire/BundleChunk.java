package io.ash.wire;

import io.vertx.core.buffer.Buffer;

/**
 * Part of a packed workspace.
 *
 * @param handle names the transfer
 */
public record BundleChunk(String handle, Buffer bytes, boolean last) {}
