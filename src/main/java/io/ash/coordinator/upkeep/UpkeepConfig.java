package io.ash.coordinator.upkeep;

import io.ash.config.Env;
import java.time.Duration;
import java.util.Optional;

/**
 * What is kept for how long.
 *
 * @param retention how long an ended session stays; empty for ever
 * @param unclaimed how long a blob without a reference stays after somebody asked for it
 */
public record UpkeepConfig(Optional<Duration> retention, Duration unclaimed) {
  private static final Duration A_DAY = Duration.ofHours(24);

  /** Reads {@code ASH_RETENTION_DAYS}. */
  public static UpkeepConfig read(Env env) {
    int days = env.number("ASH_RETENTION_DAYS", 30, 0, 36_500);
    return new UpkeepConfig(
        days == 0 ? Optional.empty() : Optional.of(Duration.ofDays(days)), A_DAY);
  }
}
