package io.ash.coordinator.session;

import io.ash.model.SessionStatus;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions to list, newest first.
 *
 * @param total whether to count all that match
 */
public record ListSessions(
    String tenant,
    @Nullable String agent,
    @Nullable SessionStatus status,
    int limit,
    int offset,
    boolean total) {}
