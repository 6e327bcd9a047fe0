package io.ash.coordinator.store;

import java.util.List;

/**
 * Which migrations a database has and which it lacks.
 *
 * @param applied in order
 * @param pending in order; empty when the schema is what this ash needs
 */
public record SchemaStatus(List<Applied> applied, List<Migration> pending) {
  public SchemaStatus {
    applied = List.copyOf(applied);
    pending = List.copyOf(pending);
  }

  /**
   * One migration in the database's own book.
   *
   * @param appliedAt time of the database, as text
   */
  public record Applied(int version, String name, String checksum, String appliedAt) {}

  /** Whether nothing is left to do. */
  public boolean isCurrent() {
    return pending.isEmpty();
  }

  /** The newest version in the database; 0 for an empty one. */
  public int version() {
    return applied.isEmpty() ? 0 : applied.get(applied.size() - 1).version();
  }
}
