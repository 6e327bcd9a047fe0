package io.ash.wire;

import io.ash.model.Binding;

/** Remove a file. */
public record DeleteFile(Binding binding, String path) {}
