package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/**
 * The group of one sandbox in one hierarchy.
 *
 * @param directory of the group
 * @param v2 the unified hierarchy
 * @param controllers of memory, cpu, pids and freezer, those it has
 */
record CgroupPart(Path directory, boolean v2, Set<String> controllers) {
  /** Processes that build a jail, two for each process started in it. */
  private static final int BUILDERS = 16;

  /**
   * Jails that ended and count until somebody has waited for what built them: this server, or where
   * it cannot ({@link Orphans}) the host's first process, which may take a second.
   */
  private static final int REMAINS = 32;

  private static final int PERIOD_MICROS = 100_000;

  void limit(LimitsInForce limits) throws IOException {
    long bytes = limits.memoryMb() * 1024L * 1024;
    long quota = limits.cpuPercent() * (PERIOD_MICROS / 100L);
    if (controllers.contains("memory")) {
      write(v2 ? "memory.max" : "memory.limit_in_bytes", bytes);
      String swap = v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
      if (Files.exists(directory.resolve(swap))) {
        write(swap, v2 ? 0 : bytes);
      }
    }
    if (controllers.contains("cpu")) {
      if (v2) {
        CgroupFiles.write(directory.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
      } else {
        write("cpu.cfs_period_us", PERIOD_MICROS);
        write("cpu.cfs_quota_us", quota);
      }
    }
    if (controllers.contains("pids")) {
      write("pids.max", limits.processes() + BUILDERS + REMAINS);
    }
  }

  private void write(String file, long value) throws IOException {
    CgroupFiles.write(directory.resolve(file), Long.toString(value));
  }

  Path members() {
    return directory.resolve("cgroup.procs");
  }

  boolean empty() {
    return CgroupFiles.processes(directory).isEmpty();
  }

  boolean canFreeze() {
    return Files.exists(directory.resolve(v2 ? "cgroup.freeze" : "freezer.state"));
  }

  void freeze(boolean frozen) throws IOException {
    if (v2) {
      CgroupFiles.write(directory.resolve("cgroup.freeze"), frozen ? "1" : "0");
    } else {
      CgroupFiles.write(directory.resolve("freezer.state"), frozen ? "FROZEN" : "THAWED");
    }
  }

  /** Whether every process in it stands still. */
  boolean frozen() {
    return v2
        ? CgroupFiles.counter(directory.resolve("cgroup.events"), "frozen") == 1
        : CgroupFiles.words(directory.resolve("freezer.state")).contains("FROZEN");
  }

  /** Whether one write killed everything in it, frozen or not. */
  boolean killAtOnce() {
    return v2 && CgroupFiles.offer(directory.resolve("cgroup.kill"), "1");
  }

  /** Sends SIGKILL to what is in it now. */
  void killEach() {
    CgroupFiles.processes(directory)
        .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
  }

  long oomKills() {
    return controllers.contains("memory")
        ? CgroupFiles.counter(
            directory.resolve(v2 ? "memory.events" : "memory.oom_control"), "oom_kill")
        : 0;
  }

  long refusedForks() {
    return controllers.contains("pids")
        ? CgroupFiles.counter(directory.resolve("pids.events"), "max")
        : 0;
  }

  /** Whether the group is gone; it cannot go while something is in it. */
  boolean remove() {
    try {
      Files.deleteIfExists(directory);
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
