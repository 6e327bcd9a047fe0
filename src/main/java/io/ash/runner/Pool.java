package io.ash.runner;

import io.ash.model.PoolStats;
import io.ash.model.SessionId;
import io.ash.time.Confined;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What occupies the room of a runner: sandboxes with a session, and those that are being taken.
 *
 * <p>Every sandbox is counted from the moment it is wanted until nothing is left of it, and in one
 * state only. Confined to the runner loop.
 */
final class Pool {
  private final int capacity;
  private final Map<SessionId, Taking> taking = new HashMap<>();
  private final Set<SessionHost> alive = new LinkedHashSet<>();
  private final Set<SessionHost> leaving = new LinkedHashSet<>();
  private final Confined loop = new Confined();
  private long evicted;

  private record Taking(long epoch, int memoryMb) {}

  /**
   * An empty pool.
   *
   * @param capacity most sandboxes at a time
   */
  Pool(int capacity) {
    this.capacity = capacity;
  }

  /** Sandboxes that are here or on their way. */
  int size() {
    return alive.size() + taking.size();
  }

  /** Mebibytes of memory they may use together. */
  long committedMb() {
    return alive.stream().mapToLong(SessionHost::memoryMb).sum()
        + taking.values().stream().mapToLong(Taking::memoryMb).sum();
  }

  /** A sandbox for this epoch is wanted; it has a place and so much memory from now on. */
  void take(SessionId session, long epoch, int memoryMb) {
    loop.check();
    taking.put(session, new Taking(epoch, memoryMb));
  }

  /** It is there, or will not be. */
  void taken(SessionId session, long epoch) {
    loop.check();
    if (taking(session) == epoch) {
      taking.remove(session);
    }
  }

  /** The epoch a sandbox is being taken for, -1 for none. */
  long taking(SessionId session) {
    Taking now = taking.get(session);
    return now == null ? -1 : now.epoch();
  }

  /** A host lives here until nothing is left of it. */
  void add(SessionHost host) {
    loop.check();
    alive.add(host);
  }

  void remove(SessionHost host) {
    loop.check();
    alive.remove(host);
    leaving.remove(host);
  }

  /** Every host, in the order they came. */
  List<SessionHost> all() {
    loop.check();
    return List.copyOf(alive);
  }

  /**
   * Hosts in which nothing runs and that nobody gives back yet, those that waited longest first.
   */
  List<SessionHost> waiting() {
    return alive.stream()
        .filter(h -> h.waiting() && !leaving.contains(h))
        .sorted(Comparator.comparingLong(SessionHost::idleMillis).reversed())
        .toList();
  }

  /** The host to be given back first. */
  Optional<SessionHost> longestWaiting(Collection<SessionHost> except) {
    return waiting().stream().filter(h -> !except.contains(h)).findFirst();
  }

  /** Somebody begins to give a host back. */
  void leaving(SessionHost host) {
    loop.check();
    leaving.add(host);
  }

  /** It stays, because it was used meanwhile or could not be saved. */
  void stays(SessionHost host) {
    loop.check();
    leaving.remove(host);
  }

  void countEviction() {
    evicted++;
  }

  /** What is here at this moment; each sandbox in exactly one state. */
  PoolStats stats(WarmSandboxes warm) {
    loop.check();
    int warming = taking.size() + warm.warming();
    int waiting = 0;
    int running = 0;
    for (SessionHost host : alive) {
      if (host.phase() instanceof HostPhase.Preparing) {
        warming++;
      } else if (host.working()) {
        running++;
      } else {
        waiting++;
      }
    }
    return new PoolStats(0, warming, warm.warm(), waiting, running, capacity, warm.hits(), evicted);
  }
}
