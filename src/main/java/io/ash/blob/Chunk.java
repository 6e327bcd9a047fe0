package io.ash.blob;

import io.vertx.core.buffer.Buffer;

/**
 * A piece of a file on its way into the store.
 *
 * @param key names the content
 * @param packed the stored form: what {@link Chunks#unpack} reads
 */
public record Chunk(String key, Buffer packed) {}
