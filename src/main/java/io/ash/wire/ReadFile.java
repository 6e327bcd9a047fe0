package io.ash.wire;

import io.ash.model.Binding;

/**
 * Ask for a part of a file.
 *
 * @param length at most 1 MiB
 */
public record ReadFile(Binding binding, String path, long offset, int length) {}
