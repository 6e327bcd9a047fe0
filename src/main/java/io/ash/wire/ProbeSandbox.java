package io.ash.wire;

import io.ash.model.Binding;

/** Ask whether a sandbox is alive. */
public record ProbeSandbox(Binding binding) {}
