package io.ash.wire;

import io.ash.model.Binding;
import io.vertx.core.buffer.Buffer;

/**
 * Unpack a gzipped tar over the workspace.
 *
 * @param bytes the whole archive
 */
public record WriteBundle(Binding binding, Buffer bytes) {}
