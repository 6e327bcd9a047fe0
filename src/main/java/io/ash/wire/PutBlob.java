package io.ash.wire;

import io.ash.model.Binding;
import io.vertx.core.buffer.Buffer;

/**
 * Store a blob.
 *
 * @param key lower-case hexadecimal, 64 characters
 * @param bytes compressed form, at most 4 MiB and a little
 */
public record PutBlob(Binding binding, String key, Buffer bytes) {}
