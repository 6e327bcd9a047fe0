package io.ash.wire;

import io.ash.model.Binding;
import org.jspecify.annotations.Nullable;

/**
 * What became of an open call.
 *
 * @param failure null when it is ready, else a sentence for the user
 * @param code stable code of the failure, empty when ready
 * @param facts JSON object: limits in force, runtime, workspaceAt
 */
public record SandboxOpened(Binding binding, @Nullable String failure, String code, String facts) {}
