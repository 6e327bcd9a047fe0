package io.ash.coordinator.agent;

import io.ash.blob.Manifest;
import io.vertx.core.buffer.Buffer;
import java.util.Map;

/**
 * A folder ready to be stored.
 *
 * @param manifest what it consists of
 * @param fresh packed chunks by key: all of them, or those an edit brought
 */
record Tree(Manifest manifest, Map<String, Buffer> fresh) {}
