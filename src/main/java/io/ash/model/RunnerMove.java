package io.ash.model;

import static io.ash.model.RunnerStatus.DRAINING;
import static io.ash.model.RunnerStatus.GONE;
import static io.ash.model.RunnerStatus.LOST;
import static io.ash.model.RunnerStatus.READY;

import java.util.EnumSet;
import java.util.Set;

/** The table of moves of a runner. */
public enum RunnerMove {
  /** It registers, as a new incarnation. */
  REGISTER(READY, READY, DRAINING, LOST, GONE),
  /** It was told to finish, or says that it will. */
  DRAIN(DRAINING, READY),
  /** It takes work again. */
  UNDRAIN(READY, DRAINING),
  /** Its lease ran out. */
  EXPIRE(LOST, READY, DRAINING),
  /** It leaves in order. */
  DEREGISTER(GONE, READY, DRAINING, LOST);

  private final RunnerStatus to;
  private final Set<RunnerStatus> from;

  RunnerMove(RunnerStatus to, RunnerStatus first, RunnerStatus... more) {
    this.to = to;
    this.from = Set.copyOf(EnumSet.of(first, more));
  }

  /** Where the move leads. */
  public RunnerStatus to() {
    return to;
  }

  /** From where it is legal. */
  public Set<RunnerStatus> from() {
    return from;
  }

  /** The legal sources as the database spells them, sorted: a parameter of the guard. */
  public String[] sources() {
    return from.stream().map(RunnerStatus::text).sorted().toArray(String[]::new);
  }
}
