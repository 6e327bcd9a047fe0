package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Looks at what is left of a machine: its memory, the limits of the control groups this server is
 * in, the disk of a directory. Blocks shortly; thread-safe.
 */
public final class MachineLook {
  private static final long MIB = 1 << 20;

  private final Path proc;
  private final Path directory;

  /**
   * Looks at this machine.
   *
   * @param directory on the disk that counts
   */
  public MachineLook(Path directory) {
    this(Path.of("/proc"), directory);
  }

  MachineLook(Path proc, Path directory) {
    this.proc = proc;
    this.directory = directory;
  }

  /** What is left now. */
  public MachineState look() throws IOException {
    long total = keyed(proc.resolve("meminfo"), "MemTotal:") / 1024;
    long available = keyed(proc.resolve("meminfo"), "MemAvailable:") / 1024;
    for (CgroupMount mount : mounts()) {
      for (Path group = mount.own(); group.startsWith(mount.top()); group = group.getParent()) {
        long limit = number(group.resolve(mount.v2() ? "memory.max" : "memory.limit_in_bytes"));
        if (limit > 0 && limit / MIB < total) {
          total = limit / MIB;
        }
        if (limit > 0) {
          available = Math.min(available, (limit - used(mount.v2(), group)) / MIB);
        }
      }
    }
    long free = Files.getFileStore(directory).getUsableSpace() / MIB;
    return new MachineState(total, Math.max(0, available), stalled(), free);
  }

  private List<CgroupMount> mounts() throws IOException {
    return CgroupMount.parse(
            Files.readAllLines(proc.resolve("self/mountinfo")),
            Files.readAllLines(proc.resolve("self/cgroup")))
        .stream()
        .filter(mount -> mount.v2() || mount.controllers().contains("memory"))
        .toList();
  }

  /** What a group holds on to: files it read and does not use are given up for the asking. */
  private static long used(boolean v2, Path group) {
    long all = number(group.resolve(v2 ? "memory.current" : "memory.usage_in_bytes"));
    return all - keyed(group.resolve("memory.stat"), v2 ? "inactive_file" : "total_inactive_file");
  }

  /** From a line such as {@code full avg10=0.12 avg60=0.05 avg300=0.00 total=59}. */
  private double stalled() {
    for (String line : lines(proc.resolve("pressure/memory"))) {
      if (line.startsWith("full avg10=")) {
        return Double.parseDouble(line.substring("full avg10=".length(), line.indexOf(" avg60")));
      }
    }
    return 0;
  }

  private static long keyed(Path file, String key) {
    for (String line : lines(file)) {
      String[] words = line.split("\\s+", -1);
      if (words.length > 1 && words[0].equals(key)) {
        return Long.parseLong(words[1]);
      }
    }
    return 0;
  }

  private static long number(Path file) {
    List<String> lines = lines(file);
    boolean number = !lines.isEmpty() && lines.get(0).matches("[0-9]{1,18}");
    return number ? Long.parseLong(lines.get(0)) : -1;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return List.of();
    }
  }
}
