package io.ash.coordinator.store;

import java.time.Instant;

/**
 * One message of a conversation.
 *
 * @param sequence grows along the conversation; not dense
 * @param role user or assistant
 * @param body one JSON object as text
 */
public record MessageRow(long sequence, String role, String body, Instant at) {}
