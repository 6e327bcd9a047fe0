package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import io.ash.process.Spawner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The hierarchies of control groups in which this server can make groups; thread-safe; blocks. */
final class Cgroups {
  private static final String REMEDY =
      "give the server control groups: run it as root, as a systemd service with Delegate=yes, or"
          + " by systemd-run --user --scope -p Delegate=yes";

  private final List<CgroupTree> trees;

  private Cgroups(List<CgroupTree> trees) {
    this.trees = trees;
  }

  /** No hierarchy at all. */
  static Cgroups none() {
    return new Cgroups(List.of());
  }

  /**
   * Makes the directories of this server and keeps those that a process can really enter.
   *
   * @param name names the directories
   */
  static Cgroups discover(String name, Spawner spawner) throws IOException {
    List<CgroupMount> mounts =
        CgroupMount.parse(
            Files.readAllLines(Path.of("/proc/self/mountinfo")),
            Files.readAllLines(Path.of("/proc/self/cgroup")));
    List<CgroupTree> made =
        mounts.stream()
            .map(mount -> CgroupTree.make(mount, name))
            .filter(Objects::nonNull)
            .toList();
    return new Cgroups(enterable(made, spawner));
  }

  private static List<CgroupTree> enterable(List<CgroupTree> trees, Spawner spawner)
      throws IOException {
    Map<String, CgroupTree> entrances = new HashMap<>();
    for (CgroupTree tree : trees) {
      Path probe = tree.base().resolve("entrance");
      if (!Files.isDirectory(probe)) {
        Files.createDirectory(probe);
      }
      entrances.put(probe.resolve("cgroup.procs").toString(), tree);
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                "for f; do if (echo $$ >\"$f\") 2>/dev/null; then echo \"$f\"; fi; done",
                "ash-probe"));
    command.addAll(entrances.keySet());
    Process process = Spawned.await(spawner.start(Spawner.builder(command.toArray(String[]::new))));
    List<CgroupTree> entered = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        CgroupTree tree = entrances.remove(line);
        if (tree != null) {
          entered.add(tree);
        }
      }
    }
    process.onExit().join();
    trees.forEach(tree -> below(tree.base()).forEach(Cgroup::remove));
    entrances.values().forEach(tree -> remove(tree.base()));
    return List.copyOf(entered);
  }

  /** Where this server makes groups. */
  List<Path> bases() {
    return trees.stream().map(CgroupTree::base).toList();
  }

  /** Makes the groups of a sandbox with its limits. */
  Cgroup create(String name, LimitsInForce limits) throws IOException {
    List<CgroupPart> parts = new ArrayList<>();
    for (CgroupTree tree : used()) {
      Path directory = tree.base().resolve(name);
      Files.createDirectory(directory);
      parts.add(new CgroupPart(directory, tree.v2(), tree.controllers()));
    }
    Cgroup group = new Cgroup(parts);
    try {
      for (CgroupPart part : parts) {
        part.limit(limits);
      }
    } catch (IOException e) {
      group.remove();
      throw e;
    }
    return group;
  }

  /** Entering a hierarchy costs time: the old freezer is left out where the unified one freezes. */
  private List<CgroupTree> used() {
    boolean unified = trees.stream().anyMatch(CgroupTree::v2);
    return trees.stream()
        .filter(tree -> !unified || !tree.controllers().equals(Set.of("freezer")))
        .toList();
  }

  /** Groups found below a directory of this or an earlier server. */
  static List<Cgroup> below(Path base) {
    List<Cgroup> found = new ArrayList<>();
    boolean v2 = Files.exists(base.resolve("cgroup.controllers"));
    try (DirectoryStream<Path> groups = Files.newDirectoryStream(base, Files::isDirectory)) {
      for (Path group : groups) {
        found.add(new Cgroup(List.of(new CgroupPart(group, v2, Set.of()))));
      }
    } catch (IOException e) {
      return found;
    }
    return found;
  }

  /** Takes away a directory that has no groups with processes in it. */
  static void remove(Path base) {
    below(base).forEach(Cgroup::remove);
    new CgroupPart(base, false, Set.of()).remove();
  }

  /** What can be enforced, besides the resource limits. */
  Capabilities capabilities(boolean processesByRlimit) {
    Map<LimitKind, Enforcement> held = new HashMap<>();
    Map<LimitKind, String> remedies = new HashMap<>();
    Map<LimitKind, String> controllers =
        Map.of(LimitKind.MEMORY, "memory", LimitKind.CPU, "cpu", LimitKind.PROCESSES, "pids");
    controllers.forEach(
        (kind, controller) -> {
          boolean has = trees.stream().anyMatch(tree -> tree.controllers().contains(controller));
          held.put(kind, has ? Enforcement.CGROUP : Enforcement.NONE);
          if (!has) {
            remedies.put(kind, REMEDY);
          }
        });
    if (processesByRlimit && held.get(LimitKind.PROCESSES) == Enforcement.NONE) {
      held.put(LimitKind.PROCESSES, Enforcement.RLIMIT);
    }
    held.put(LimitKind.DISK, Enforcement.POLLING);
    held.put(LimitKind.FILES, Enforcement.POLLING);
    held.put(LimitKind.OPEN_FILES, Enforcement.RLIMIT);
    held.put(LimitKind.OUTPUT, Enforcement.SERVER);
    held.put(LimitKind.EXEC, Enforcement.SERVER);
    return new Capabilities(held, remedies);
  }
}
