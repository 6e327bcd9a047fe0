package io.ash.coordinator.auth;

import io.ash.time.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What was found out about keys a moment ago, by hash: bounded, short-lived. Thread-safe.
 *
 * @param <V> what is remembered
 */
final class KeyCache<V> {
  private final int most;
  private final long ttlMillis;
  private final Ticker ticker;
  private final LinkedHashMap<String, Found<V>> entries = new LinkedHashMap<>();
  private long generation;

  KeyCache(int most, Duration ttl, Ticker ticker) {
    this.most = most;
    this.ttlMillis = ttl.toMillis();
    this.ticker = ticker;
  }

  private record Found<V>(V value, long at) {}

  synchronized Optional<V> get(String hash) {
    Found<V> found = entries.get(hash);
    if (found == null) {
      return Optional.empty();
    }
    if (ticker.millisSince(found.at()) >= ttlMillis) {
      entries.remove(hash);
      return Optional.empty();
    }
    return Optional.of(found.value());
  }

  /** A mark to be taken before a look-up and given to {@link #put} after it. */
  synchronized long generation() {
    return generation;
  }

  /** Remembers, unless something was forgotten since {@code generation} was read. */
  synchronized void put(String hash, V value, long generation) {
    if (generation != this.generation) {
      return;
    }
    entries.remove(hash);
    entries.put(hash, new Found<>(value, ticker.nanos()));
    if (entries.size() > most) {
      entries.remove(entries.keySet().iterator().next());
    }
  }

  /** Forgets what matches, also what a look-up under way is about to bring. */
  synchronized void forget(Predicate<V> which) {
    generation++;
    entries.values().removeIf((Found<V> found) -> which.test(found.value()));
  }
}
