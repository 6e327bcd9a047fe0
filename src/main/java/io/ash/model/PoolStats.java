package io.ash.model;

/**
 * Sandboxes of one runner or of the fleet by state; each is counted in one state only.
 *
 * @param cold kept without a process
 * @param warming starting up
 * @param warm ready, without a session
 * @param waiting of a session, idle between messages
 * @param running working on a message or a command
 * @param maxCapacity most sandboxes allowed
 * @param preWarmHits sessions that were given a warm sandbox, since the start
 * @param evicted sandboxes given back to make room for others, since the start
 */
public record PoolStats(
    int cold,
    int warming,
    int warm,
    int waiting,
    int running,
    int maxCapacity,
    long preWarmHits,
    long evicted) {
  /** No sandbox, no room. */
  public static final PoolStats EMPTY = new PoolStats(0, 0, 0, 0, 0, 0, 0, 0);

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
        preWarmHits + other.preWarmHits,
        evicted + other.evicted);
  }
}
