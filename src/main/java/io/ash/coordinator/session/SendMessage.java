package io.ash.coordinator.session;

import io.ash.model.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * A message for an agent.
 *
 * @param content JSON value: a string or an array of blocks
 * @param options JSON object: includePartialMessages, model, maxTurns, …
 */
public record SendMessage(
    String tenant,
    SessionId session,
    String content,
    String options,
    @Nullable String idempotencyKey,
    String bodyHash,
    WhenBusy whenBusy) {}
