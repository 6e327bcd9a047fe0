package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

/** Reads and writes the files of control groups; each write is one system call. */
final class CgroupFiles {
  private CgroupFiles() {}

  static void write(Path file, String value) throws IOException {
    Files.write(file, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
  }

  /** Whether the write succeeded. */
  static boolean offer(Path file, String value) {
    try {
      write(file, value);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The words of a file, none if it cannot be read. */
  static Set<String> words(Path file) {
    try {
      return Set.copyOf(List.of(Files.readString(file).trim().split("\\s+")));
    } catch (IOException | IllegalArgumentException e) {
      return Set.of();
    }
  }

  /** The value behind a key in a file of "key value" lines, 0 if there is none. */
  static long counter(Path file, String key) {
    try {
      for (String line : Files.readAllLines(file)) {
        String[] fields = line.split(" ");
        if (fields.length == 2 && fields[0].equals(key)) {
          return Long.parseLong(fields[1]);
        }
      }
    } catch (IOException e) {
      return 0;
    }
    return 0;
  }

  /** The processes of a group that this server can see. */
  static List<Long> processes(Path group) {
    try {
      return Files.readAllLines(group.resolve("cgroup.procs")).stream()
          .map(Long::parseLong)
          .filter(pid -> pid > 0)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
