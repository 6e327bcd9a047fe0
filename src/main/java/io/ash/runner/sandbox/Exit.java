package io.ash.runner.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * How a process of a sandbox ended.
 *
 * @param code exit code as a shell shows it: 128 + signal when a signal ended the process
 * @param signal number of that signal, 0 if the process ended by itself
 * @param cause why
 */
public record Exit(int code, int signal, Cause cause) {
  private static final int SIGKILL = 9;
  private static final int SIGXFSZ = 25;

  /**
   * Judges an end.
   *
   * @param counted what the group of the sandbox counted while the process lived
   * @param launched whether its jail was built
   * @param killed why the server killed it, if it did
   */
  static Exit of(int code, Counters counted, boolean launched, @Nullable Cause killed) {
    int signal = code > 128 && code <= 128 + 64 ? code - 128 : 0;
    Cause cause;
    if (!launched) {
      cause = Cause.NOT_LAUNCHED;
    } else if (killed != null && signal == SIGKILL) {
      cause = killed;
    } else if (signal == SIGKILL && counted.oomKills() > 0) {
      cause = Cause.OUT_OF_MEMORY;
    } else if (signal == SIGXFSZ) {
      cause = Cause.FILE_SIZE;
    } else if (signal != 0) {
      cause = Cause.SIGNAL;
    } else {
      cause = code != 0 && counted.refusedForks() > 0 ? Cause.PROCESS_LIMIT : Cause.EXITED;
    }
    return new Exit(code, signal, cause);
  }

  /** Whether the kernel killed it for want of memory. */
  public boolean oom() {
    return cause == Cause.OUT_OF_MEMORY;
  }

  /** False when it ended before its jail was built; its error output says why. */
  public boolean launched() {
    return cause != Cause.NOT_LAUNCHED;
  }
}
