package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory in one hierarchy below which this server makes a group for each sandbox.
 *
 * @param base named after the data directory, so that a later server finds what this one left
 * @param v2 the unified hierarchy
 * @param controllers of memory, cpu, pids and freezer, those it has
 */
record CgroupTree(Path base, boolean v2, Set<String> controllers) {
  private static final List<String> LIMITING = List.of("memory", "cpu", "pids");
  private static final Set<String> USED = Set.of("memory", "cpu", "pids", "freezer");
  private static final String SERVER = "ash-server";

  /** Makes the directory where the host lets this server; null where it does not. */
  static @Nullable CgroupTree make(CgroupMount mount, String name) {
    return mount.v2() ? makeV2(mount, name) : makeV1(mount, name);
  }

  private static @Nullable CgroupTree makeV1(CgroupMount mount, String name) {
    Set<String> used = new HashSet<>(mount.controllers());
    used.retainAll(USED);
    Path base = mount.own().resolve(name);
    return !used.isEmpty() && create(base) ? new CgroupTree(base, false, used) : null;
  }

  private static @Nullable CgroupTree makeV2(CgroupMount mount, String name) {
    Set<String> offered =
        new HashSet<>(CgroupFiles.words(mount.own().resolve("cgroup.controllers")));
    offered.retainAll(LIMITING);
    for (Path parent : parents(mount)) {
      boolean leave = parent.equals(mount.own()) && !offered.isEmpty();
      if (leave && !leave(parent)) {
        continue;
      }
      Path base = parent.resolve(name);
      Set<String> enabled = enable(parent, offered);
      if (enabled.size() >= Math.min(1, offered.size()) && create(base)) {
        return new CgroupTree(base, true, enable(base, enabled));
      }
    }
    return null;
  }

  /**
   * Where groups may be made: in the server's own group when nobody else is in it or it is the top
   * of a container, else in the nearest group above that lets us.
   */
  private static List<Path> parents(CgroupMount mount) {
    List<Path> parents = new ArrayList<>();
    if (mayEmpty(mount.own())
        || CgroupFiles.words(mount.own().resolve("cgroup.controllers")).isEmpty()) {
      parents.add(mount.own());
    }
    for (Path up = mount.own(); !up.equals(mount.top()); ) {
      up = up.getParent();
      if (up == null) {
        break;
      }
      parents.add(up);
    }
    return parents;
  }

  private static boolean mayEmpty(Path group) {
    long self = ProcessHandle.current().pid();
    List<Long> members = CgroupFiles.processes(group);
    return !Files.exists(group.resolve("cgroup.type"))
        || members.contains(1L)
        || members.equals(List.of(self));
  }

  /** Moves the members of a group into a leaf, because only then its controllers can be shared. */
  private static boolean leave(Path group) {
    if (!Files.exists(group.resolve("cgroup.type"))) {
      return true;
    }
    Path leaf = group.resolve(SERVER);
    if (!create(leaf)) {
      return false;
    }
    boolean all = true;
    for (long pid : CgroupFiles.processes(group)) {
      all &= CgroupFiles.offer(leaf.resolve("cgroup.procs"), Long.toString(pid));
    }
    return all;
  }

  private static Set<String> enable(Path group, Set<String> wanted) {
    Path shared = group.resolve("cgroup.subtree_control");
    for (String controller : wanted) {
      if (!CgroupFiles.words(shared).contains(controller)) {
        CgroupFiles.offer(shared, "+" + controller);
      }
    }
    Set<String> enabled = new HashSet<>(CgroupFiles.words(shared));
    enabled.retainAll(wanted);
    return Set.copyOf(enabled);
  }

  private static boolean create(Path directory) {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectory(directory);
      }
      return Files.isWritable(directory);
    } catch (IOException e) {
      return false;
    }
  }
}
