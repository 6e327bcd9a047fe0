package io.ash.runner.sandbox;

import com.sun.jna.LastErrorException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Processes that outlived who started them and became children of this one, which has to take note
 * of their end (prctl(2), PR_SET_CHILD_SUBREAPER).
 *
 * <p>bubblewrap ends without waiting for the first process of its jail. Until somebody does, that
 * process counts against the limits of its group, and the first process of a host may take its
 * time, or, where it is a program that expects no children, never do it. Thread-safe.
 */
final class Orphans {
  /** A child that Java started is waited for by Java, long before it was seen so often. */
  private static final int LOOKS = 3;

  private volatile boolean adopting;
  private final Map<ProcessTree.Known, Integer> ended = new HashMap<>();

  private Orphans(boolean adopting) {
    this.adopting = adopting;
  }

  /** Until {@link #leave}, orphans among the descendants of this process are its own. */
  static Orphans adopt() {
    if (ProcessTree.adopted().isEmpty()) {
      return none();
    }
    try {
      Kernel.adoptOrphans(true);
      return new Orphans(true);
    } catch (LastErrorException e) {
      return none();
    }
  }

  /** Leaves them to the first process of the host. */
  static Orphans none() {
    return new Orphans(false);
  }

  /** Lets go of ended jails. Takes a few reads of /proc. */
  void reap() {
    if (adopting) {
      adopted().stream()
          .filter(child -> ProcessTree.zombie(child).isPresent() && ProcessTree.jailed(child))
          .forEach(Kernel::reap);
    }
  }

  /**
   * Lets go of ended jails and of whatever else nobody waits for; to be called about each second.
   */
  synchronized void round() {
    if (!adopting) {
      return;
    }
    reap();
    Map<ProcessTree.Known, Integer> seen = new HashMap<>();
    for (long child : adopted()) {
      ProcessTree.zombie(child)
          .ifPresent(zombie -> seen.put(zombie, ended.getOrDefault(zombie, 0) + 1));
    }
    seen.forEach(
        (zombie, looks) -> {
          if (looks >= LOOKS) {
            Kernel.reap(zombie.pid());
          }
        });
    ended.clear();
    ended.putAll(seen);
  }

  /** Leaves those to come to the first process of the host again. */
  void leave() {
    reap();
    if (adopting) {
      adopting = false;
      Kernel.adoptOrphans(false);
    }
  }

  private static List<Long> adopted() {
    return ProcessTree.adopted().orElse(List.of());
  }
}
