package io.ash.telemetry;

import io.ash.model.PoolStats;
import io.ash.model.ResumeCounts;

/**
 * The counts that health and metrics show.
 *
 * @param activeSessions sessions in status active, of all tenants
 * @param remoteRunners runners that are registered and not this process's own
 * @param pool sandboxes of the whole fleet
 * @param resumes by this process
 */
public record Vitals(long activeSessions, int remoteRunners, PoolStats pool, ResumeCounts resumes) {
  /** Nothing is known yet. */
  public static final Vitals NONE = new Vitals(0, 0, PoolStats.EMPTY, ResumeCounts.NONE);
}
