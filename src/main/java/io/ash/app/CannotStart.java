package io.ash.app;

/** A reason not to start that a person can mend: one line with the remedy, and an exit code. */
final class CannotStart extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final ExitCode code;

  CannotStart(ExitCode code, String line) {
    super(line, null, false, false);
    this.code = code;
  }

  /** What the process exits with. */
  ExitCode code() {
    return code;
  }

  /** What is wrong and what helps. */
  String line() {
    return String.valueOf(getMessage());
  }
}
