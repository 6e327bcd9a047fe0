package io.ash.coordinator.store;

import io.ash.model.SessionStatus;
import java.util.List;

/**
 * Rows after a cursor, with the state of the journal in the same moment.
 *
 * @param rows in order of their numbers
 * @param lastSeq number of the newest row of the journal
 * @param oldestSeq number of the oldest row that is kept
 * @param full whether more rows may follow the last one here
 */
public record JournalPage(
    List<EventRow> rows, long lastSeq, long oldestSeq, SessionStatus status, boolean full) {}
