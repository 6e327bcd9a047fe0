package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The control group of one sandbox, in every hierarchy this server may use. Its methods block only
 * for the kernel's answer; thread-safe.
 */
final class Cgroup {
  private final List<CgroupPart> parts;

  Cgroup(List<CgroupPart> parts) {
    this.parts = List.copyOf(parts);
  }

  /** Whether the host gave us no hierarchy at all. */
  boolean absent() {
    return parts.isEmpty();
  }

  /** Files a process writes itself into before its first instruction. */
  List<String> entrances() {
    return parts.stream().map(part -> part.members().toString()).toList();
  }

  /** Numbers of the processes in it. */
  List<Long> processes() {
    return parts.stream()
        .flatMap(p -> CgroupFiles.processes(p.directory()).stream())
        .distinct()
        .toList();
  }

  boolean empty() {
    return parts.stream().allMatch(CgroupPart::empty);
  }

  boolean canFreeze() {
    return parts.stream().anyMatch(CgroupPart::canFreeze);
  }

  /** Stops or continues every process in it; the stop takes effect shortly after. */
  void freeze(boolean frozen) throws IOException {
    for (CgroupPart part : freezer()) {
      part.freeze(frozen);
    }
  }

  boolean frozen() {
    return !freezer().isEmpty() && freezer().stream().allMatch(CgroupPart::frozen);
  }

  private List<CgroupPart> freezer() {
    List<CgroupPart> able = parts.stream().filter(CgroupPart::canFreeze).toList();
    List<CgroupPart> unified = able.stream().filter(CgroupPart::v2).toList();
    return unified.isEmpty() ? able : unified;
  }

  /**
   * Kills what is in it. Without the unified hierarchy nothing in it may fork meanwhile, and a
   * frozen process dies only when it is thawed: so freeze, kill, thaw. To be repeated until {@link
   * #empty}.
   */
  void kill() throws IOException {
    if (parts.stream().anyMatch(CgroupPart::killAtOnce)) {
      return;
    }
    List<CgroupPart> freezers = freezer();
    for (CgroupPart part : freezers) {
      part.freeze(true);
    }
    parts.forEach(CgroupPart::killEach);
    for (CgroupPart part : freezers) {
      part.freeze(false);
    }
  }

  long oomKills() {
    return parts.stream().mapToLong(CgroupPart::oomKills).sum();
  }

  /** What it counted so far. */
  Counters counters() {
    return new Counters(oomKills(), parts.stream().mapToLong(CgroupPart::refusedForks).sum());
  }

  /** Whether it is gone everywhere. */
  boolean remove() {
    return parts.stream().map(CgroupPart::remove).reduce(true, Boolean::logicalAnd);
  }

  /** The directories of the group. */
  List<Path> directories() {
    List<Path> all = new ArrayList<>();
    parts.forEach(part -> all.add(part.directory()));
    return all;
  }
}
