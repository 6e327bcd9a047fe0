package io.ash.wire;

import io.ash.model.Binding;

/**
 * A sandbox is gone without being asked for.
 *
 * @param reason {@code idle}, {@code evicted}, or a sentence
 * @param lastTurn number of the last turn that began in it, 0 for none; a later one was never begun
 *     and waits for the next sandbox
 */
public record SandboxReleased(Binding binding, String reason, int lastTurn) {}
