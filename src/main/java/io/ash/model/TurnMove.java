package io.ash.model;

import static io.ash.model.TurnStatus.DONE;
import static io.ash.model.TurnStatus.FAILED;
import static io.ash.model.TurnStatus.INTERRUPTED;
import static io.ash.model.TurnStatus.LOST;
import static io.ash.model.TurnStatus.QUEUED;
import static io.ash.model.TurnStatus.RUNNING;

import java.util.EnumSet;
import java.util.Set;

/** The table of moves of a turn: every accepted turn reaches exactly one of the four ends. */
public enum TurnMove {
  /** The turn before it ended. */
  START(RUNNING, QUEUED),
  FINISH(DONE, RUNNING),
  FAIL(FAILED, RUNNING),
  /** A person interrupts it, or stops or ends its session. */
  INTERRUPT(INTERRUPTED, QUEUED, RUNNING),
  /** The epoch of its session was raised while it ran. */
  LOSE(LOST, RUNNING);

  private final TurnStatus to;
  private final Set<TurnStatus> from;

  TurnMove(TurnStatus to, TurnStatus first, TurnStatus... more) {
    this.to = to;
    this.from = Set.copyOf(EnumSet.of(first, more));
  }

  /** Where the move leads. */
  public TurnStatus to() {
    return to;
  }

  /** From where it is legal. */
  public Set<TurnStatus> from() {
    return from;
  }
}
