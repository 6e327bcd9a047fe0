package io.ash.runner.workspace;

import io.vertx.core.buffer.Buffer;

/**
 * A part of a packed workspace.
 *
 * @param handle names the transfer in the request for the next part
 * @param bytes at most 1 MiB
 * @param last whether the archive is complete
 */
public record BundlePart(String handle, Buffer bytes, boolean last) {}
