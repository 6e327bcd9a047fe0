package io.ash.runner.sandbox;

/**
 * What the group of a sandbox counted.
 *
 * @param oomKills processes killed for want of memory
 * @param refusedForks processes that could not be started because there were too many
 */
record Counters(long oomKills, long refusedForks) {
  static final Counters NONE = new Counters(0, 0);

  /** What came since an earlier reading. */
  Counters since(Counters earlier) {
    return new Counters(
        Math.max(0, oomKills - earlier.oomKills), Math.max(0, refusedForks - earlier.refusedForks));
  }
}
