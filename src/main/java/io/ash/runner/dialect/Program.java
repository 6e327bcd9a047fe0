package io.ash.runner.dialect;

import io.ash.model.RuntimeKind;
import java.nio.file.Path;
import java.util.List;

/**
 * An agent's program as found on this machine, good for every session of the agent.
 *
 * @param runtime what it speaks
 * @param argv the program as the jail will find it, and the arguments that never change
 * @param readOnlyBinds files and directories of the host the jail must show at the same path
 * @param searchPath directories to put in front of the jail's {@code PATH}
 */
public record Program(
    RuntimeKind runtime, List<String> argv, List<Path> readOnlyBinds, List<Path> searchPath) {
  public Program {
    argv = List.copyOf(argv);
    readOnlyBinds = List.copyOf(readOnlyBinds);
    searchPath = List.copyOf(searchPath);
  }
}
