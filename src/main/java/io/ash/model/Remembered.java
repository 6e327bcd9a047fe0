package io.ash.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of things that are known by their keys; the oldest are forgotten first.
 * Thread-safe.
 *
 * @param <K> by what they are known
 * @param <V> what is remembered
 */
public final class Remembered<K, V> {
  private final Map<K, V> known;

  /** Nothing yet, and never more than so many things. */
  public Remembered(int most) {
    known =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > most;
          }
        };
  }

  /** What is known, null where it never was or is forgotten. */
  public synchronized @Nullable V get(K key) {
    return known.get(key);
  }

  /** Remembers something. */
  public synchronized void put(K key, V value) {
    known.put(key, value);
  }

  /** Remembers something, joined with what is known already. */
  public synchronized void merge(K key, V value, BinaryOperator<V> join) {
    known.merge(key, value, join);
  }

  /** Forgets something; what it was. */
  public synchronized @Nullable V remove(K key) {
    return known.remove(key);
  }
}
