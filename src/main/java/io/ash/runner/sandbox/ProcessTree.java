package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks at the processes of the host through /proc; what vanishes meanwhile is left out. */
final class ProcessTree {
  private static final Path PROC = Path.of("/proc");
  private static final int STARTED = 19;

  private ProcessTree() {}

  /** The children of a process. */
  static List<Long> children(long pid) {
    List<Long> children = new ArrayList<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
      for (Path thread : threads) {
        listed(thread).ifPresent(children::addAll);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return children;
    }
    return children;
  }

  /**
   * The children of this process that another one started, with those whose thread has ended: the
   * kernel gives both to its first thread. Nothing where the kernel does not list children.
   */
  static Optional<List<Long>> adopted() {
    long self = ProcessHandle.current().pid();
    return listed(PROC.resolve(self + "/task/" + self));
  }

  private static Optional<List<Long>> listed(Path thread) {
    try {
      String list = Files.readString(thread.resolve("children")).trim();
      return Optional.of(
          list.isEmpty()
              ? List.of()
              : Arrays.stream(list.split(" ")).map(Long::parseLong).toList());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * A process's descendants that are at least {@code depth} generations below it; 0 includes
   * itself.
   */
  static Set<Long> descendants(long pid, int depth) {
    Set<Long> generation = Set.of(pid);
    Set<Long> found = new LinkedHashSet<>();
    for (int below = 0; !generation.isEmpty(); below++) {
      if (below >= depth) {
        generation = new LinkedHashSet<>(generation);
        generation.removeAll(found);
        found.addAll(generation);
      }
      Set<Long> next = new LinkedHashSet<>();
      generation.forEach(parent -> next.addAll(children(parent)));
      generation = next;
    }
    return found;
  }

  /** Processes whose environment carries a cookie that starts so. */
  static Set<Long> carrying(String cookie) {
    byte[] wanted = (Launcher.COOKIE + "=" + cookie).getBytes(StandardCharsets.UTF_8);
    Set<Long> found = new LinkedHashSet<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (carries(process, wanted)) {
          found.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return found;
    }
    return found;
  }

  private static boolean carries(Path process, byte[] wanted) {
    byte[] env;
    try {
      env = Files.readAllBytes(process.resolve("environ"));
    } catch (IOException e) {
      return false;
    }
    for (int start = 0; start + wanted.length <= env.length; start++) {
      boolean first = start == 0 || env[start - 1] == 0;
      if (first && Arrays.equals(env, start, start + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a process is stopped by a signal, or gone. */
  static boolean stopped(long pid) {
    return stat(pid).map(stat -> "TtZX".contains(stat[0])).orElse(true);
  }

  /**
   * A process that cannot be taken for a later one with the same number.
   *
   * @param started clock ticks from the boot to its start
   */
  record Known(long pid, String started) {}

  /** A living process, or nothing when it has ended. */
  static Optional<Known> known(long pid) {
    return stat(pid)
        .filter(stat -> !"ZX".contains(stat[0]))
        .map(stat -> new Known(pid, stat[STARTED]));
  }

  /** A process that has ended and that nobody has waited for yet. */
  static Optional<Known> zombie(long pid) {
    return stat(pid).filter(stat -> "Z".equals(stat[0])).map(stat -> new Known(pid, stat[STARTED]));
  }

  /** Whether a process, ended or not, lives in a process namespace below this one's. */
  static boolean jailed(long pid) {
    try {
      return Files.readAllLines(PROC.resolve(pid + "/status"), StandardCharsets.ISO_8859_1).stream()
          .filter(line -> line.startsWith("NSpid:"))
          .anyMatch(line -> line.trim().split("\\s+").length > 2);
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a process has ended. */
  static boolean gone(Known process) {
    return known(process.pid()).filter(process::equals).isEmpty();
  }

  /** The fields of /proc/PID/stat from the state on; its name before them may hold anything. */
  private static Optional<String[]> stat(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  static void terminate(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
  }
}
