package io.ash.model;

import org.jspecify.annotations.Nullable;

/**
 * What one sandbox may use; a null means that nobody asked for it and the default applies where the
 * host can enforce it.
 *
 * @param memoryMb mebibytes of memory
 * @param cpuPercent percent of one core
 * @param diskMb mebibytes of workspace, home and /tmp
 * @param maxProcesses processes and threads
 */
public record Limits(
    @Nullable Integer memoryMb,
    @Nullable Integer cpuPercent,
    @Nullable Integer diskMb,
    @Nullable Integer maxProcesses) {
  /** Nothing asked for. */
  public static final Limits UNSET = new Limits(null, null, null, null);
}
