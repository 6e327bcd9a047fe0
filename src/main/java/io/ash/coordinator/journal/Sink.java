package io.ash.coordinator.journal;

import io.ash.coordinator.store.EventRow;
import java.util.List;

/** Takes what a {@link Feed} reads; called on the loop of the feed. */
public interface Sink {
  /** Rows in order, none twice; false asks for nothing more until {@link Feed#resume}. */
  boolean rows(List<EventRow> rows);

  /** Everything up to this number was given, for the first time. */
  void caughtUp(long lastSeq);

  /** The cursor lies outside of the journal; nothing more comes. */
  void reset(long oldestSeq, long lastSeq);

  /** The session is over and everything was given; nothing more comes. */
  void ended();

  /** Reading failed; nothing more comes. */
  void failed(Throwable cause);
}
