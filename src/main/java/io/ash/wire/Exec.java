package io.ash.wire;

import io.ash.model.Binding;

/**
 * Run a shell command in a sandbox.
 *
 * @param command text for sh -c
 * @param timeoutMs 1 to 300000
 */
public record Exec(Binding binding, String command, long timeoutMs) {}
