package io.ash.runner.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A mounted hierarchy of control groups and the place of this server in it.
 *
 * @param v2 the unified hierarchy
 * @param top where it is mounted
 * @param own the group of this server
 * @param controllers version 1 only: the controllers bound to it
 */
record CgroupMount(boolean v2, Path top, Path own, Set<String> controllers) {

  /**
   * Reads the hierarchies of this process.
   *
   * @param mounts lines of /proc/self/mountinfo
   * @param memberships lines of /proc/self/cgroup
   */
  static List<CgroupMount> parse(List<String> mounts, List<String> memberships) {
    Map<Set<String>, String> groups = new HashMap<>();
    for (String line : memberships) {
      String[] fields = line.split(":", 3);
      groups.put(names(fields[1]), fields[2]);
    }
    List<CgroupMount> found = new ArrayList<>();
    for (String line : mounts) {
      String[] halves = line.split(" - ", 2);
      String[] mount = halves[0].split(" ");
      String[] system = halves.length < 2 ? new String[0] : halves[1].split(" ");
      if (system.length < 3) {
        continue;
      }
      Path top = Path.of(mount[4]);
      if (system[0].equals("cgroup2") && groups.containsKey(Set.<String>of())) {
        found.add(mount(true, top, mount[3], groups.get(Set.<String>of()), Set.of()));
      } else if (system[0].equals("cgroup")) {
        Set<String> options = names(system[2]);
        groups.forEach(
            (controllers, group) -> {
              if (!controllers.isEmpty() && options.containsAll(controllers)) {
                found.add(mount(false, top, mount[3], group, controllers));
              }
            });
      }
    }
    return found;
  }

  private static CgroupMount mount(
      boolean v2, Path top, String root, String group, Set<String> controllers) {
    Path inside = Path.of(group);
    Path below = Path.of(root);
    boolean visible = inside.startsWith(below) && !group.contains("..");
    Path own = visible ? top.resolve(below.relativize(inside).toString()) : top;
    return new CgroupMount(v2, top, own, controllers);
  }

  private static Set<String> names(String list) {
    Set<String> names = new HashSet<>(Arrays.asList(list.split(",")));
    names.remove("");
    return Set.copyOf(names);
  }
}
