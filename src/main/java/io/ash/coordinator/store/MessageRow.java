package io.ash.coordinator.store;

import java.time.Instant;
import java.util.List;

/**
 * One message of a conversation.
 *
 * @param sequence grows along the conversation; not dense
 * @param role user or assistant
 * @param turn the turn it belongs to
 * @param body one JSON object as text
 * @param parts keys of the blobs that hold its content, in order; empty where the body does
 */
public record MessageRow(
    long sequence, String role, int turn, String body, List<String> parts, Instant at) {}
