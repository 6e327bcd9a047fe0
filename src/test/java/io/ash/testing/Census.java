package io.ash.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this process holds of the machine at a moment.
 *
 * @param processes descendants, and what a server left that died, with what they run
 * @param groups directories of control groups that no living server has noted as its own
 * @param mounts lines of the mount table that belong to sandboxes
 * @param descriptors open sockets, pipes, namespaces, watches and temporary files, by kind
 * @param threads those of sandboxes
 * @param directories temporary directories that {@link #directory} made
 */
public record Census(
    Set<String> processes,
    Set<String> groups,
    Set<String> mounts,
    Map<String, Integer> descriptors,
    Set<String> threads,
    Set<String> directories) {
  private static final Pattern GROUP = Pattern.compile("ash-[0-9a-f]{12}");

  /** The page of code behind calls to the system's library: one for the life of the JVM. */
  private static final Pattern FOREIGN_CALLS = Pattern.compile("/tmp/ffi\\w+ \\(deleted\\)");

  private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
  private static final String OWN = "ash-test-" + ProcessHandle.current().pid() + "-";

  /** A new temporary directory that is counted until it is gone. */
  public static Path directory(String name) throws IOException {
    return Files.createTempDirectory(OWN + name + "-");
  }

  /** Looks now. */
  public static Census take() {
    return new Census(
        findProcesses(),
        findGroups(),
        findMounts(),
        findDescriptors(),
        findThreads(),
        findDirectories());
  }

  /** What is here now and was not there before, one line each. */
  public List<String> since(Census before) {
    List<String> left = new ArrayList<>();
    add(left, "process", processes, before.processes);
    add(left, "control group", groups, before.groups);
    add(left, "mount", mounts, before.mounts);
    add(left, "thread", threads, before.threads);
    add(left, "directory", directories, before.directories);
    descriptors.forEach(
        (kind, count) -> {
          int more = count - before.descriptors.getOrDefault(kind, 0);
          if (more > 0 && !FOREIGN_CALLS.matcher(kind).matches()) {
            left.add("descriptors: " + more + " x " + kind);
          }
        });
    return left;
  }

  private static void add(List<String> left, String what, Set<String> now, Set<String> before) {
    now.stream().filter(each -> !before.contains(each)).forEach(e -> left.add(what + ": " + e));
  }

  private static Set<String> findProcesses() {
    return Stream.concat(
            ProcessHandle.current().descendants(),
            ProcessHandle.allProcesses().filter(Census::isOrphan))
        .map(child -> child.pid() + " " + text(child, "cmdline"))
        .filter(child -> !child.endsWith(" "))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether it belongs to a sandbox or a temporary database, and no server is above it. */
  private static boolean isOrphan(ProcessHandle process) {
    String line = text(process, "cmdline");
    boolean ours =
        text(process, "environ").contains("ASH_SANDBOX=ash-")
            || (line.split(" ")[0].endsWith("/postgres") && line.contains(TEMPORARY + "/"));
    return ours
        && Stream.iterate(process.parent(), Optional::isPresent, p -> p.get().parent())
            .noneMatch(above -> text(above.get(), "comm").startsWith("java"));
  }

  private static String text(ProcessHandle process, String file) {
    return text(Path.of("/proc/" + process.pid(), file));
  }

  /** Groups of other users are none of ours. */
  private static Set<String> findGroups() {
    Object uid = owner(Path.of("/proc/self"));
    List<Path> notes =
        List.of(Path.of("/run/ash-groups-" + uid), TEMPORARY.resolve("ash-groups-" + uid));
    Predicate<Path> noted =
        group -> notes.stream().anyMatch(n -> Files.exists(n.resolve(group.getFileName())));
    try (Stream<Path> all = Files.walk(Path.of("/sys/fs/cgroup"), 6)) {
      return all.filter(path -> GROUP.matcher(path.getFileName().toString()).matches())
          .filter(path -> uid.equals(owner(path)))
          .filter(noted.negate())
          .map(Path::toString)
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (UncheckedIOException e) {
      return findGroups(); // a group went away while it was looked at
    } catch (IOException e) {
      return Set.of(); // there are no control groups here
    }
  }

  /** The table is that of the whole machine, and others mount, too. */
  private static Set<String> findMounts() {
    return Stream.of(text(Path.of("/proc/self/mountinfo")).split("\n"))
        .filter(line -> line.contains("/sandboxes/") || line.contains(OWN))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Map<String, Integer> findDescriptors() {
    Map<String, Integer> kinds = new TreeMap<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : all.toList()) {
        String kind = kind(descriptor);
        if (!kind.isEmpty()) {
          kinds.merge(kind, 1, Integer::sum);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Collections.unmodifiableMap(kinds);
  }

  /** Programs and libraries that the machine opens as it needs them are no leak. */
  private static String kind(Path descriptor) {
    String target;
    try {
      target = Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "";
    }
    if (target.startsWith(TEMPORARY + "/")) {
      return target;
    }
    return target.startsWith("/") ? "" : target.replaceAll(":\\[?\\d+\\]?$", "");
  }

  private static Object owner(Path path) {
    try {
      return Files.getAttribute(path, "unix:uid");
    } catch (IOException e) {
      return "gone";
    }
  }

  private static Set<String> findThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("ash-std"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> findDirectories() {
    try (Stream<Path> all = Files.list(TEMPORARY)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(OWN))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
    } catch (IOException e) {
      return "";
    }
  }
}
