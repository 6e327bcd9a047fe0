package io.ash.wire;

import io.ash.model.Binding;

/**
 * Ask for the files of a workspace.
 *
 * @param includeHidden whether caches and scratch directories are listed
 */
public record ListFiles(Binding binding, boolean includeHidden) {}
