package io.ash.wire;

import io.ash.model.Binding;

/** A sandbox is gone without being asked for. */
public record SandboxReleased(Binding binding, String reason) {}
