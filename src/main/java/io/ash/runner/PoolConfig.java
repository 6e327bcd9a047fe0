package io.ash.runner;

import io.ash.config.Env;
import java.time.Duration;

/**
 * How many sandboxes a runner takes, and what becomes of those that wait.
 *
 * @param maxSandboxes most sandboxes at a time, whatever the machine bears
 * @param freezeAfter how long a session may wait before its processes are made to stand still; zero
 *     for never
 * @param idle how long it may wait before its sandbox is given back
 * @param memoryReserveMb mebibytes of memory that are left to the machine
 * @param memoryOvercommit how often the rest may be promised to sandboxes; what they use is less
 *     than their limits
 * @param diskReserveMb mebibytes of disk below which nothing new is taken
 */
public record PoolConfig(
    int maxSandboxes,
    Duration freezeAfter,
    Duration idle,
    int memoryReserveMb,
    double memoryOvercommit,
    int diskReserveMb) {
  private static final Duration SWEEP = Duration.ofMinutes(1);
  private static final long MOST_MILLIS = Duration.ofDays(365).toMillis();

  /** Reads the settings; problems stay with {@code env}. */
  static PoolConfig read(Env env) {
    return new PoolConfig(
        env.number("ASH_MAX_SANDBOXES", 1000, 1, 100_000),
        Duration.ofMillis(env.bigNumber("ASH_FREEZE_AFTER_MS", 0, 0, MOST_MILLIS)),
        Duration.ofMillis(env.bigNumber("ASH_IDLE_TIMEOUT_MS", 1_800_000, 1000, MOST_MILLIS)),
        env.number("ASH_MEMORY_RESERVE_MB", 512, 0, 1 << 24),
        env.parsed("ASH_MEMORY_OVERCOMMIT", PoolConfig::overcommit).orElse(8.0),
        env.number("ASH_DISK_RESERVE_MB", 512, 0, 1 << 24));
  }

  private static double overcommit(String text) {
    double value = Double.parseDouble(text);
    if (!(value >= 0.1 && value <= 1000)) {
      throw new NumberFormatException("out of range");
    }
    return value;
  }

  /** Whether waiting sandboxes are frozen. */
  boolean freezes() {
    return !freezeAfter.isZero();
  }

  /** How often to look for sandboxes that waited too long. */
  Duration sweep() {
    Duration shortest = freezes() && freezeAfter.compareTo(idle) < 0 ? freezeAfter : idle;
    return shortest.compareTo(SWEEP) < 0 ? shortest : SWEEP;
  }
}
