package io.ash.wire;

import io.ash.model.SessionId;

/** One sandbox that a runner holds. */
public record Hosted(SessionId session, long epoch) {}
