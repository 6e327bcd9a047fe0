package io.ash.runner.sandbox;

import java.util.List;

/**
 * A program to run in a sandbox.
 *
 * @param argv program and arguments; the program is looked up in the jail's PATH
 * @param directory directory inside the jail to start in
 * @param heard whether it matters when its standard output closes while it lives on; where it does
 *     not, the output may stay open as long as the jail
 */
public record Command(List<String> argv, String directory, boolean heard) {
  public Command {
    argv = List.copyOf(argv);
    if (argv.isEmpty() || argv.stream().anyMatch(word -> word.indexOf(0) >= 0)) {
      throw new IllegalArgumentException("not a command: " + argv);
    }
  }

  /** A program whose output is listened to. */
  public Command(List<String> argv, String directory) {
    this(argv, directory, true);
  }

  /** A program started in the workspace. */
  public static Command of(String... argv) {
    return new Command(List.of(argv), Jail.WORKSPACE);
  }

  /** A line for the shell, run in the workspace to its end. */
  public static Command shell(String line) {
    return new Command(List.of("/bin/sh", "-c", line), Jail.WORKSPACE, false);
  }
}
