package io.ash.runner.sandbox;

import java.io.IOException;

/**
 * Turns a command of a jail into one for the host; what another kind of isolation would replace.
 */
interface Wrapping {
  /** Blocks. */
  Wrapped wrap(Jail jail, SandboxPlace place, LimitsInForce limits, Command command)
      throws IOException;

  /** Processes of the host between a started process and the one the jail asked for. */
  int depth();

  /** A path inside, as the processes of a sandbox must name it. */
  String inside(SandboxPlace place, String path);
}
