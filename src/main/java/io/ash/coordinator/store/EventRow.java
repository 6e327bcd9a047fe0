package io.ash.coordinator.store;

import io.ash.model.EventKind;
import java.time.Instant;

/**
 * One numbered row of a journal.
 *
 * @param seq its number in the session, from 1
 * @param turn the turn it belongs to, 0 for none
 * @param body one JSON object as text
 */
public record EventRow(long seq, int turn, EventKind kind, String body, Instant at) {}
