package io.ash.wire;

import io.ash.model.Binding;

/** Take a snapshot now. */
public record SnapshotSandbox(Binding binding) {}
