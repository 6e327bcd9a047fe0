package io.ash.runner.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * One way out of a sandbox that must not be.
 *
 * @param name what is tried
 * @param line for the shell in the workspace; its success would be the escape
 * @param denied what the shell must say of it: its exit code, a blank, its error output
 * @param control the line that succeeds where nothing is in the way, null where that does harm
 */
record Probe(String name, String line, String denied, @Nullable Control control) {
  /**
   * Shows that the probe can tell an escape.
   *
   * @param line run as a plain process
   * @param root whether only root can do it there
   * @param exit code that it must have; negative for any but the one the jail answers
   */
  record Control(String line, boolean root, int exit) {}

  /** A probe that succeeds outside, for everybody. */
  static Probe of(String name, String line, String denied) {
    return new Probe(name, line, denied, new Control(line, false, 0));
  }

  /** A probe that succeeds outside, for root. */
  static Probe root(String name, String line, String denied) {
    return new Probe(name, line, denied, new Control(line, true, 0));
  }

  /** A probe that would do harm outside, or that finds nothing there either. */
  static Probe alone(String name, String line, String denied) {
    return new Probe(name, line, denied, null);
  }

  /** A single system call that is answered with an error outside of the jail's making. */
  static Probe call(String name, String call, int error) {
    String line = "./syscall " + quoted(call);
    return new Probe(name, line, error + " ?", new Control(line, true, -error));
  }

  /** A single system call that would do harm outside, or that its kernel need not know. */
  static Probe lonelyCall(String name, String call, int error) {
    return new Probe(name, "./syscall " + quoted(call), error + " ?", null);
  }

  private static String quoted(String call) {
    return "'" + call.replace(" ", "' '") + "'";
  }

  @Override
  public String toString() {
    return name;
  }
}
