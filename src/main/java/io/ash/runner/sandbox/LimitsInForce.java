package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import java.util.EnumMap;
import java.util.Map;

/**
 * The limits of one sandbox and who holds each.
 *
 * @param most every kind of limit is a key
 * @param heldBy every kind of limit is a key
 */
public record LimitsInForce(Map<LimitKind, Integer> most, Map<LimitKind, Enforcement> heldBy) {
  public LimitsInForce {
    most = Map.copyOf(most);
    heldBy = Map.copyOf(heldBy);
  }

  /** These, with somebody else who holds the disk. */
  LimitsInForce withDiskHeldBy(Enforcement holder) {
    Map<LimitKind, Enforcement> holders = new EnumMap<>(heldBy);
    holders.put(LimitKind.DISK, holder);
    holders.put(LimitKind.FILES, holder);
    return new LimitsInForce(most, holders);
  }

  /** The limit, in the unit of its kind. */
  public int most(LimitKind kind) {
    return most.getOrDefault(kind, kind.usual());
  }

  /** Mebibytes of memory. */
  public int memoryMb() {
    return most(LimitKind.MEMORY);
  }

  /** Percent of one processor. */
  public int cpuPercent() {
    return most(LimitKind.CPU);
  }

  /** Processes and threads. */
  public int processes() {
    return most(LimitKind.PROCESSES);
  }

  /** Mebibytes of disk. */
  public int diskMb() {
    return most(LimitKind.DISK);
  }

  /** A sentence about the limit that is the cause of an end; empty where none is. */
  public String about(Cause cause) {
    return switch (cause) {
      case OUT_OF_MEMORY ->
          "the processes of this session used more than the "
              + memoryMb()
              + " MiB of memory they may (limits.memoryMb)";
      case PROCESS_LIMIT ->
          "there may be " + processes() + " processes and threads (limits.maxProcesses)";
      case DISK_LIMIT ->
          "workspace, home and /tmp hold more than the "
              + diskMb()
              + " MiB or "
              + most(LimitKind.FILES)
              + " files they may (limits.diskMb, limits.maxFiles)";
      case FILE_SIZE ->
          "it made a file larger than the disk limit of " + diskMb() + " MiB (limits.diskMb)";
      case EXITED, SIGNAL, TIMEOUT, KILLED, NOT_LAUNCHED -> "";
    };
  }

  /** Who holds a limit. */
  public Enforcement of(LimitKind kind) {
    return heldBy.getOrDefault(kind, Enforcement.NONE);
  }
}
