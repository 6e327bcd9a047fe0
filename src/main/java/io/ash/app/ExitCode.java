package io.ash.app;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the process ends: the codes a script may rely on. */
public enum ExitCode {
  DONE(0, "done, or stopped in order"),
  FAILED(1, "something failed while running; the last line of the log says what"),
  USAGE(2, "the command line was not understood"),
  SETTINGS(3, "a setting is wrong; every problem is listed"),
  MACHINE(4, "this machine cannot run ash (Java, Linux, bubblewrap, user namespaces)"),
  PORT(5, "the port cannot be opened"),
  DATA_DIRECTORY(6, "the data directory is in use by another server or cannot be written"),
  DATABASE(7, "the database cannot be reached, or holds what this version cannot use"),
  DEPOT(8, "the place that ASH_SNAPSHOT_URL names cannot be used");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The number the process exits with. */
  public int code() {
    return code;
  }

  /** What it means, for {@code --help}. */
  public String meaning() {
    return meaning;
  }

  /** One line for each code, for {@code --help}. */
  static String table() {
    return Stream.of(values())
        .map(c -> "  %d  %s".formatted(c.code, c.meaning))
        .collect(Collectors.joining("\n"));
  }
}
