package io.ash.coordinator.store;

/** Hears how long each statement took; called on the event loop that sent it. */
@FunctionalInterface
public interface StatementTimes {
  /**
   * One statement, with its wait for a connection.
   *
   * @param name as its store calls it
   * @param nanos from asking for a connection to the last row
   * @param succeeded whether the server did it
   */
  void took(String name, long nanos, boolean succeeded);

  /** Listens to nobody. */
  static StatementTimes none() {
    return (name, nanos, succeeded) -> {};
  }
}
