package io.ash.telemetry;

import io.ash.model.PoolStats;

/**
 * The counts that health and metrics show.
 *
 * @param activeSessions sessions in status active, of all tenants
 * @param remoteRunners runners that are registered and not this process's own
 * @param pool sandboxes of the whole fleet
 */
public record Vitals(long activeSessions, int remoteRunners, PoolStats pool) {
  /** Nothing is known yet. */
  public static final Vitals NONE = new Vitals(0, 0, PoolStats.EMPTY);
}
