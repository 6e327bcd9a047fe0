package io.ash.wire;

/**
 * What became of a shell command.
 *
 * @param stdout at most 10 MiB
 * @param stderr at most 10 MiB
 */
public record ExecResult(
    int exitCode, String stdout, String stderr, boolean timedOut, boolean truncated) {}
