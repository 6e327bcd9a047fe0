package io.ash.runner.dialect;

import java.nio.file.Path;
import java.util.List;

/**
 * A program found on the host.
 *
 * @param file the path to start it by
 * @param readOnlyBinds what a jail must show besides the system directories so that it runs
 * @param searchPath the directories of it and of its interpreter that lie outside the system ones
 */
public record Executable(Path file, List<Path> readOnlyBinds, List<Path> searchPath) {
  public Executable {
    readOnlyBinds = List.copyOf(readOnlyBinds);
    searchPath = List.copyOf(searchPath);
  }
}
