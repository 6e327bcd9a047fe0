package io.ash.wire;

import io.ash.model.Binding;
import io.vertx.core.buffer.Buffer;

/** Replace or create a file. */
public record WriteFile(Binding binding, String path, Buffer bytes) {}
