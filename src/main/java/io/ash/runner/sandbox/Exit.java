package io.ash.runner.sandbox;

/**
 * How a process of a sandbox ended.
 *
 * @param code exit code as a shell shows it: 128 + signal when a signal ended the process
 * @param signal number of that signal, 0 if the process ended by itself
 * @param oom the kernel killed it for want of memory
 * @param launched false when the process ended before its jail was built; stderr says why
 */
public record Exit(int code, int signal, boolean oom, boolean launched) {
  private static final int SIGKILL = 9;

  static Exit of(int code, boolean oomCounted, boolean launched) {
    int signal = code > 128 && code <= 128 + 64 ? code - 128 : 0;
    return new Exit(code, signal, oomCounted && signal == SIGKILL, launched);
  }
}
