package io.ash.wire;

/** Finds the way to a runner. */
public interface RunnerDirectory {
  /**
   * The interface of one runner. Nothing is sent before a call; a call that finds nobody there
   * fails with a {@link LinkFailure} that was not delivered.
   *
   * @param runnerId its id
   * @param host where it said it listens; unused inside one JVM
   * @param port the port there; unused inside one JVM
   */
  RunnerApi runner(String runnerId, String host, int port);
}
