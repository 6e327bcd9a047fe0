package io.ash.coordinator.session;

/**
 * A message that is in the journal.
 *
 * @param turn its turn
 * @param cursor number of its row: what follows belongs to the answer
 * @param replayed whether it was accepted by an earlier call with the same key
 */
public record SentTurn(int turn, long cursor, boolean replayed) {}
