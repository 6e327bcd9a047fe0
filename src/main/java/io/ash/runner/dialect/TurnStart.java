package io.ash.runner.dialect;

import java.util.List;

/** How a turn begins. */
public sealed interface TurnStart {
  /** Write these lines: the turn is running. */
  record Go(List<String> lines) implements TurnStart {}

  /**
   * The turn needs a process with another command line: stop the present one, {@link
   * Dialect#launch} with the turn's settings and options, greet, and start the turn again.
   */
  record Replace(String reason) implements TurnStart {}
}
