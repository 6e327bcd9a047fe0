package io.ash.app;

/** Which wings run in this process: the value of {@code ASH_MODE}. */
public enum Mode {
  /** Both wings, joined by the event bus. */
  STANDALONE,
  /** The public door, the sessions and the database; no sandboxes. */
  COORDINATOR,
  /** Sandboxes only. */
  RUNNER
}
