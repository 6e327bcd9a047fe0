package io.ash.coordinator.fleet;

import io.ash.config.Env;
import java.time.Duration;

/**
 * How patient the fleet is.
 *
 * @param lease how long a runner counts as alive without a beat
 * @param beat when a runner comes back
 * @param sweep between two looks at leases
 * @param sweepJitter at most added to each
 */
public record FleetConfig(Duration lease, Duration beat, Duration sweep, Duration sweepJitter) {
  /**
   * Reads {@code ASH_LEASE_MS}, {@code ASH_BEAT_MS}, {@code ASH_SWEEP_MS}, {@code
   * ASH_SWEEP_JITTER_MS}.
   */
  public static FleetConfig read(Env env) {
    return new FleetConfig(
        Duration.ofMillis(env.number("ASH_LEASE_MS", 30_000, 1_000, 600_000)),
        Duration.ofMillis(env.number("ASH_BEAT_MS", 2_500, 100, 60_000)),
        Duration.ofMillis(env.number("ASH_SWEEP_MS", 30_000, 100, 600_000)),
        Duration.ofMillis(env.number("ASH_SWEEP_JITTER_MS", 5_000, 0, 600_000)));
  }
}
