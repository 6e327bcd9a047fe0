package io.ash.runner.sandbox;

import java.util.List;

/**
 * A program to run in a sandbox.
 *
 * @param argv program and arguments; the program is looked up in the jail's PATH
 * @param directory directory inside the jail to start in
 */
public record Command(List<String> argv, String directory) {
  public Command {
    argv = List.copyOf(argv);
    if (argv.isEmpty() || argv.stream().anyMatch(word -> word.indexOf(0) >= 0)) {
      throw new IllegalArgumentException("not a command: " + argv);
    }
  }

  /** A program started in the workspace. */
  public static Command of(String... argv) {
    return new Command(List.of(argv), Jail.WORKSPACE);
  }

  /** A line for the shell, run in the workspace. */
  public static Command shell(String line) {
    return of("/bin/sh", "-c", line);
  }
}
