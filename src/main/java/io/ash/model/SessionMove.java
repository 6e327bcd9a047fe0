package io.ash.model;

import static io.ash.model.SessionStatus.ACTIVE;
import static io.ash.model.SessionStatus.ENDED;
import static io.ash.model.SessionStatus.ERROR;
import static io.ash.model.SessionStatus.PAUSED;
import static io.ash.model.SessionStatus.STARTING;
import static io.ash.model.SessionStatus.STOPPED;

import java.util.EnumSet;
import java.util.Set;

/**
 * The table of moves of a session: from which statuses each move is legal and where it leads.
 *
 * <p>The sources are bound into the guard of the SQL statement that makes the move, so this table
 * and the statements cannot drift apart.
 */
public enum SessionMove {
  /** The runner reports a sandbox that is ready. */
  OPENED(ACTIVE, STARTING),
  /** The runner reports that no sandbox could be prepared. */
  OPEN_FAILED(ERROR, STARTING),
  /** A person rests the session; the sandbox stays warm. */
  PAUSE(PAUSED, ACTIVE),
  /** The sandbox is still there: go on at once. */
  RESUME_WARM(ACTIVE, PAUSED),
  /** A new sandbox is prepared from the newest snapshot. */
  RESUME_COLD(STARTING, PAUSED, STOPPED, ERROR),
  /** A person gives the sandbox back. */
  STOP(STOPPED, ACTIVE, STARTING),
  /** A person closes the session for good. */
  END(ENDED, STARTING, ACTIVE, PAUSED, STOPPED, ERROR),
  /** The runner died, was replaced or let the sandbox go. */
  UNBIND(PAUSED, STARTING, ACTIVE, PAUSED);

  private final SessionStatus to;
  private final Set<SessionStatus> from;

  SessionMove(SessionStatus to, SessionStatus first, SessionStatus... more) {
    this.to = to;
    this.from = Set.copyOf(EnumSet.of(first, more));
  }

  /** Where the move leads. */
  public SessionStatus to() {
    return to;
  }

  /** From where it is legal. */
  public Set<SessionStatus> from() {
    return from;
  }

  /** The legal sources as the database spells them, sorted: a parameter of the guard. */
  public String[] sources() {
    return from.stream().map(SessionStatus::text).sorted().toArray(String[]::new);
  }
}
