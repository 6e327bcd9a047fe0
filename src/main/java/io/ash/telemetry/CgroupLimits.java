package io.ash.telemetry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The tightest limits of the control groups this process is in, version 1 and 2.
 *
 * @param cpus processors that may be used, such as 0.5; nothing where no group limits them
 * @param memoryBytes memory that may be used; nothing where no group limits it
 */
record CgroupLimits(OptionalDouble cpus, OptionalDouble memoryBytes) {
  /** Version 1 says "no limit" with a number near the largest there is. */
  private static final double NO_LIMIT = 1L << 60;

  /** Reads the groups of a process from its {@code cgroup} file and the mounted hierarchies. */
  static CgroupLimits read(Path cgroupFile, Path mount) {
    List<Double> cpus = new ArrayList<>();
    List<Double> memory = new ArrayList<>();
    for (String line : lines(cgroupFile)) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3) {
        List<String> controllers = List.of(parts[1].split(",", -1));
        if (parts[1].isEmpty()) {
          upwards(mount, parts[2], dir -> quota(word(dir, "cpu.max"))).forEach(cpus::add);
          upwards(mount, parts[2], dir -> number(word(dir, "memory.max"))).forEach(memory::add);
        }
        if (controllers.contains("cpu")) {
          upwards(mount.resolve("cpu"), parts[2], CgroupLimits::quotaOfVersion1).forEach(cpus::add);
        }
        if (controllers.contains("memory")) {
          upwards(
                  mount.resolve("memory"),
                  parts[2],
                  dir -> number(word(dir, "memory.limit_in_bytes")))
              .forEach(memory::add);
        }
      }
    }
    return new CgroupLimits(least(cpus), least(memory));
  }

  private static OptionalDouble least(List<Double> all) {
    return all.stream().mapToDouble(d -> d).filter(d -> d > 0 && d < NO_LIMIT).min();
  }

  /** The values of a group and of every group above it; inside a container the path may not fit. */
  private static Stream<Double> upwards(Path root, String path, Function<Path, Double> value) {
    List<Double> found = new ArrayList<>();
    Path dir = root.resolve(path.substring(Math.min(1, path.length()))).normalize();
    while (dir.startsWith(root)) {
      found.add(value.apply(dir));
      if (dir.equals(root)) {
        break;
      }
      dir = dir.getParent();
    }
    return found.stream();
  }

  private static double quotaOfVersion1(Path dir) {
    double quota = number(word(dir, "cpu.cfs_quota_us"));
    double period = number(word(dir, "cpu.cfs_period_us"));
    return period > 0 ? quota / period : -1;
  }

  /** {@code "50000 100000"} is half a processor, {@code "max 100000"} no limit. */
  private static double quota(String text) {
    String[] parts = text.split(" ", -1);
    return parts.length == 2 && number(parts[1]) > 0 ? number(parts[0]) / number(parts[1]) : -1;
  }

  private static double number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String word(Path dir, String file) {
    List<String> all = lines(dir.resolve(file));
    return all.isEmpty() ? "" : all.get(0).strip();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return List.of();
    }
  }
}
