package io.ash.runner;

/** How far quarters were prepared before their session came. */
enum Readiness {
  /** Nothing is there yet. */
  BARE,
  /** The files of the agent are in place. */
  FURNISHED,
  /** Its scripts have run, too. */
  SETTLED
}
