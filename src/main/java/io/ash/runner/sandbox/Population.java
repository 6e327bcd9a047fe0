package io.ash.runner.sandbox;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All processes of one sandbox: the members of its control group or, where there is none, those
 * that carry its cookie with their descendants. Blocks; thread-safe.
 *
 * <p>One look at /proc can miss what is forked meanwhile, and what is about to die carries nothing
 * any more. So whoever was seen once counts until it is really gone: the first process of each
 * jail, which the kernel keeps until its whole process namespace is empty, is among them.
 */
final class Population {
  private final Cgroup group;
  private final String cookie;
  private final Signals signals;
  private final Set<ProcessTree.Known> known = ConcurrentHashMap.newKeySet();

  Population(Cgroup group, String cookie, Signals signals) {
    this.group = group;
    this.cookie = cookie;
    this.signals = signals;
  }

  boolean empty() {
    if (!group.absent()) {
      return group.empty();
    }
    boolean carried = !members().isEmpty();
    known.removeIf(ProcessTree::gone);
    return !carried && known.isEmpty();
  }

  /** Kills what is there now; to be repeated until {@link #empty}. */
  void kill() throws IOException {
    if (group.absent()) {
      members().forEach(ProcessTree::kill);
    } else {
      group.kill();
    }
  }

  /** Stops what is there now; to be repeated until {@link #frozen}. */
  void freeze() throws IOException {
    if (group.canFreeze()) {
      group.freeze(true);
    } else {
      signals.send("STOP", members());
    }
  }

  void thaw() throws IOException {
    if (group.canFreeze()) {
      group.freeze(false);
    } else {
      signals.send("CONT", members());
    }
  }

  /** Whether all stand still. */
  boolean frozen() {
    return group.canFreeze() ? group.frozen() : members().stream().allMatch(ProcessTree::stopped);
  }

  private Set<Long> members() {
    Set<Long> members = new LinkedHashSet<>(group.processes());
    if (group.absent()) {
      ProcessTree.carrying(cookie).forEach(pid -> members.addAll(ProcessTree.descendants(pid, 0)));
      members.forEach(pid -> ProcessTree.known(pid).ifPresent(known::add));
    }
    return members;
  }
}
