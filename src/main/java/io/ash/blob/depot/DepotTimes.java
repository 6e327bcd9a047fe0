package io.ash.blob.depot;

/** Told of every operation on a depot. Thread-safe. */
@FunctionalInterface
public interface DepotTimes {
  /** What became of an operation. */
  enum Outcome {
    OK,
    FAILED,
    /** Not begun, because too much was waiting. */
    TURNED_AWAY
  }

  /** An operation took so long, its wait for a thread included. */
  void took(String operation, long nanos, Outcome outcome);

  /** Listens to nothing. */
  static DepotTimes none() {
    return (operation, nanos, outcome) -> {};
  }
}
