package io.ash.wire;

/**
 * What became of a shell command.
 *
 * @param stdout at most 10 MiB
 * @param stderr at most 10 MiB
 * @param cause why it ended: {@code exited}, {@code signal}, {@code timeout}, {@code killed},
 *     {@code not_launched}, or the limit that ended it: {@code out_of_memory}, {@code
 *     process_limit}, {@code disk_limit}, {@code file_size}
 * @param message a sentence about the limit that ended it, empty where none did
 */
public record ExecResult(
    int exitCode,
    String stdout,
    String stderr,
    boolean timedOut,
    boolean truncated,
    String cause,
    String message) {
  /** A command that ended by itself and wrote no more than was kept. */
  public static ExecResult exited(int exitCode, String stdout, String stderr) {
    return new ExecResult(exitCode, stdout, stderr, false, false, "exited", "");
  }
}
