package io.ash.runner;

import io.ash.runner.sandbox.MachineState;
import java.util.Optional;

/**
 * How much the machine bears, from what was last seen of it: memory promised to sandboxes, memory
 * and disk that are really free. Confined to the runner loop.
 */
final class Room {
  /** Percent of the time in which every process waited for memory: nothing new any more. */
  private static final double STALLED = 10;

  private final PoolConfig config;
  private final int usualMb;
  private MachineState machine = MachineState.PLENTY;

  /**
   * Room as if there were no end of it, until somebody looks.
   *
   * @param usualMb mebibytes of memory of a sandbox that asks for none
   */
  Room(PoolConfig config, int usualMb) {
    this.config = config;
    this.usualMb = usualMb;
  }

  /** Takes what was seen. */
  void saw(MachineState newest) {
    machine = newest;
  }

  /** Mebibytes of memory that a sandbox is promised; null where it asks for none. */
  int promised(@org.jspecify.annotations.Nullable Integer askedMb) {
    return askedMb == null ? usualMb : askedMb;
  }

  /** Why nothing new is taken at the moment; empty where it is. */
  Optional<String> closed() {
    if (machine.diskFreeMb() < config.diskReserveMb()) {
      return Optional.of(
          "the disk of the runner is nearly full: "
              + machine.diskFreeMb()
              + " MiB are free, "
              + config.diskReserveMb()
              + " are kept free (ASH_DISK_RESERVE_MB)");
    }
    if (machine.availableMb() < config.memoryReserveMb()) {
      return Optional.of(
          "the runner is short of memory: "
              + machine.availableMb()
              + " MiB are available, "
              + config.memoryReserveMb()
              + " are kept (ASH_MEMORY_RESERVE_MB)");
    }
    return machine.stalled() >= STALLED
        ? Optional.of(
            "the runner is short of memory: its processes wait for memory "
                + Math.round(machine.stalled())
                + " % of the time")
        : Optional.empty();
  }

  /** Whether sandboxes must be given back before the kernel takes them. */
  boolean mustShrink() {
    return machine.availableMb() < config.memoryReserveMb() / 2 || machine.stalled() >= 2 * STALLED;
  }

  /**
   * Why a sandbox does not fit; empty where it does.
   *
   * @param committedMb mebibytes that are promised already
   * @param wantedMb mebibytes of its limit
   */
  Optional<String> refuses(long committedMb, int wantedMb) {
    Optional<String> closed = closed();
    if (closed.isPresent() || committedMb + wantedMb <= budgetMb()) {
      return closed;
    }
    return Optional.of(
        "the runner has promised its memory: %d MiB to sandboxes, another %d do not fit into %d"
                .formatted(committedMb, wantedMb, budgetMb())
            + " (ASH_MEMORY_OVERCOMMIT)");
  }

  /** Most sandboxes at the moment, with those that are here. */
  int cap(int here, long committedMb) {
    if (closed().isPresent()) {
      return here;
    }
    long more = Math.max(0, budgetMb() - committedMb) / usualMb;
    return (int) Math.max(here, Math.min(config.maxSandboxes(), here + more));
  }

  private long budgetMb() {
    return (long)
        (Math.max(0, machine.totalMb() - config.memoryReserveMb()) * config.memoryOvercommit());
  }
}
