package io.ash.model;

import java.util.UUID;

/**
 * One session held by one boot of one runner: the key that fences.
 *
 * @param epoch grows each time the session is bound; an older one can write nothing
 */
public record Binding(SessionId session, String runner, UUID incarnation, long epoch) {}
