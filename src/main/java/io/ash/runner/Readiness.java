package io.ash.runner;

import org.jspecify.annotations.Nullable;

/**
 * How far quarters were prepared before their session came.
 *
 * @param furnished whether the files of the agent are in place
 * @param settled what the files said when the agent's scripts had run, null where they have not
 */
record Readiness(boolean furnished, SessionFiles.@Nullable Instructions settled) {
  /** Nothing is there yet. */
  static final Readiness BARE = new Readiness(false, null);

  /** The files of the agent are in place. */
  static final Readiness FURNISHED = new Readiness(true, null);
}
