package io.ash.runner.sandbox;

import io.ash.model.Limits;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import org.jspecify.annotations.Nullable;

/**
 * Settles the limits of a sandbox: what was asked for must be enforceable, what was not asked for
 * is enforced as far as the host can.
 */
final class LimitRules {
  private static final int MEMORY_MB = 2048;
  private static final int CPU_PERCENT = 100;
  private static final int DISK_MB = 1024;
  private static final int PROCESSES = 64;

  private final Capabilities host;
  private final Limits otherwise;

  /**
   * The rules of one host.
   *
   * @param otherwise limits of a sandbox that asks for none; null members get the usual ones
   */
  LimitRules(Capabilities host, Limits otherwise) {
    this.host = host;
    this.otherwise = otherwise;
  }

  /** Throws {@link Refused} for a limit that was asked for and that this host cannot enforce. */
  LimitsInForce settle(Limits asked) {
    return new LimitsInForce(
        settle(LimitKind.MEMORY, "memoryMb", asked.memoryMb(), or(otherwise.memoryMb(), MEMORY_MB)),
        settle(
            LimitKind.CPU,
            "cpuPercent",
            asked.cpuPercent(),
            or(otherwise.cpuPercent(), CPU_PERCENT)),
        settle(
            LimitKind.PROCESSES,
            "maxProcesses",
            asked.maxProcesses(),
            or(otherwise.maxProcesses(), PROCESSES)),
        settle(LimitKind.DISK, "diskMb", asked.diskMb(), or(otherwise.diskMb(), DISK_MB)),
        host.heldBy());
  }

  private static int or(@Nullable Integer value, int usual) {
    return value == null ? usual : value;
  }

  private int settle(LimitKind kind, String name, @Nullable Integer asked, int otherwise) {
    if (asked == null) {
      return otherwise;
    }
    if (asked <= 0) {
      throw new Refused(Refusal.INVALID_REQUEST, "limits." + name + " must be positive");
    }
    if (host.heldBy().getOrDefault(kind, Enforcement.NONE) == Enforcement.NONE) {
      throw new Refused(
          Refusal.LIMIT_NOT_ENFORCEABLE,
          "limits."
              + name
              + " was asked for, and this host cannot enforce it: "
              + host.remedies().getOrDefault(kind, "no means found"));
    }
    return asked;
  }
}
