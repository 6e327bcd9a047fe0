package io.ash.wire;

import io.ash.model.Binding;

/**
 * Ask for the next part of a packed workspace.
 *
 * @param handle empty for the first part
 */
public record ReadBundle(Binding binding, String handle) {}
