package io.ash.wire;

import io.ash.model.Binding;

/** Ask the agent to end a turn. */
public record InterruptTurn(Binding binding, int turn) {}
