package io.ash.model;

/**
 * Sandboxes of one runner or of the fleet by state, with the counters of resumes.
 *
 * @param cold sessions at rest whose directory is kept without a process
 * @param warming starting up
 * @param warm ready, never used
 * @param waiting of a session, idle between messages
 * @param running working on a message
 * @param maxCapacity most sandboxes allowed
 */
public record PoolStats(
    int cold,
    int warming,
    int warm,
    int waiting,
    int running,
    int maxCapacity,
    long resumeWarmHits,
    long resumeColdHits,
    long preWarmHits) {
  /** No sandbox, no room. */
  public static final PoolStats EMPTY = new PoolStats(0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** All sandboxes, cold ones included. */
  public int total() {
    return cold + live();
  }

  /** Sandboxes with a process. */
  public int live() {
    return warming + warm + waiting + running;
  }

  /** Both together, as one fleet. */
  public PoolStats plus(PoolStats other) {
    return new PoolStats(
        cold + other.cold,
        warming + other.warming,
        warm + other.warm,
        waiting + other.waiting,
        running + other.running,
        maxCapacity + other.maxCapacity,
        resumeWarmHits + other.resumeWarmHits,
        resumeColdHits + other.resumeColdHits,
        preWarmHits + other.preWarmHits);
  }
}
