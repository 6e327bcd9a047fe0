package io.ash.runner.sandbox;

import java.util.Map;

/**
 * The limits of one sandbox and who holds each.
 *
 * @param memoryMb mebibytes of memory
 * @param cpuPercent percent of one core
 * @param processes processes and threads
 * @param diskMb mebibytes
 * @param heldBy every kind of limit is a key
 */
public record LimitsInForce(
    int memoryMb, int cpuPercent, int processes, int diskMb, Map<LimitKind, Enforcement> heldBy) {
  public LimitsInForce {
    heldBy = Map.copyOf(heldBy);
  }

  /** Who holds a limit. */
  public Enforcement of(LimitKind kind) {
    return heldBy.getOrDefault(kind, Enforcement.NONE);
  }
}
