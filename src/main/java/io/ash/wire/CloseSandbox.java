package io.ash.wire;

import io.ash.model.Binding;

/**
 * Remove a sandbox.
 *
 * @param snapshot whether its state is kept first
 * @param reason what the open turn is told
 */
public record CloseSandbox(Binding binding, boolean snapshot, String reason) {}
