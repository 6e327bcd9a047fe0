package io.ash.model;

import org.jspecify.annotations.Nullable;

/**
 * One thing that happened in a session, not yet numbered by the journal.
 *
 * @param turn the turn it belongs to, from 1; 0 where it belongs to none
 * @param kind what it says
 * @param body one JSON object as text, valid UTF-8, without line breaks
 * @param ends how the turn ended; only on {@link EventKind#END}, null on every other kind
 */
public record Event(int turn, EventKind kind, String body, @Nullable TurnStatus ends) {
  public Event {
    if ((kind == EventKind.END) != (ends != null)) {
      throw new IllegalArgumentException("exactly the end of a turn says how it ended: " + kind);
    }
  }

  /** An event that ends nothing. */
  public Event(int turn, EventKind kind, String body) {
    this(turn, kind, body, null);
  }
}
