package io.ash.wire;

import io.ash.model.Binding;

/**
 * Hand one accepted message to the agent.
 *
 * @param turn from 1
 * @param content JSON value: a string or an array of blocks
 * @param options JSON object: includePartialMessages, model, maxTurns, …
 */
public record StartTurn(Binding binding, int turn, String content, String options) {}
