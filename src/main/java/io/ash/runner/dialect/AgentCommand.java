package io.ash.runner.dialect;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to start one agent process inside its jail.
 *
 * @param argv the program and its arguments; relative paths are seen from {@link #WORKSPACE}, which
 *     is the working directory
 * @param env variables the agent wants; whatever agent, session or credential set explicitly wins
 * @param homeFiles files to write before the start, readable by the agent only: path below {@link
 *     #HOME} to content
 * @param readOnlyBinds files and directories of the host the jail must show at the same path
 * @param searchPath directories to put in front of the jail's {@code PATH}
 */
public record AgentCommand(
    List<String> argv,
    Map<String, String> env,
    Map<String, String> homeFiles,
    List<Path> readOnlyBinds,
    List<Path> searchPath) {
  /** Where the jail shows the session's workspace: agent files and whatever the agent makes. */
  public static final String WORKSPACE = "/workspace";

  /** Where the jail shows the session's private home. */
  public static final String HOME = "/home/agent";

  public AgentCommand {
    argv = List.copyOf(argv);
    env = Map.copyOf(env);
    homeFiles = Map.copyOf(homeFiles);
    readOnlyBinds = List.copyOf(readOnlyBinds);
    searchPath = List.copyOf(searchPath);
  }
}
