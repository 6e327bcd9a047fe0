package io.ash.wire;

import io.ash.model.Binding;

/** Ask for a blob. */
public record GetBlob(Binding binding, String key) {}
