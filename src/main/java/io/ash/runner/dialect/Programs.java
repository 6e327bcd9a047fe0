package io.ash.runner.dialect;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the program of an agent, or says what to install. Blocking, for the pool that owns process
 * spawning; thread-safe.
 */
public final class Programs {
  private static final String CLAUDE_REMEDY =
      "the runtime 'claude' needs the claude command line on the runner: install it with"
          + " `npm install -g @anthropic-ai/claude-code`, or set CLAUDE_CODE_EXECUTABLE to its path";

  private final Executables executables;
  private final @Nullable String claude;
  private final boolean otherUser;

  /**
   * @param claude name or absolute path of the {@code claude} command line, from {@code
   *     CLAUDE_CODE_EXECUTABLE}; null for {@code claude} on the path
   * @param otherUser whether sandboxes run as another user than this process, as they do for root
   */
  public Programs(Executables executables, @Nullable String claude, boolean otherUser) {
    this.executables = executables;
    this.claude = claude;
    this.otherUser = otherUser;
  }

  /**
   * The program of an agent.
   *
   * @param command the agent's own command from {@code ash.yaml}; not used by {@code claude}
   * @throws Refused {@link Refusal#RUNTIME_NOT_AVAILABLE} where it is not on this machine, {@link
   *     Refusal#NOT_SUPPORTED_YET} for {@code acp}, {@link Refusal#INVALID_REQUEST} where a command
   *     is needed and missing
   */
  public Program find(RuntimeKind runtime, List<String> command) {
    return switch (runtime) {
      case JSONL -> jsonl(command);
      case CLAUDE -> claude();
      case ACP ->
          throw new Refused(
              Refusal.NOT_SUPPORTED_YET,
              "the runtime 'acp' is not supported by this version; use 'jsonl' or 'claude'");
    };
  }

  private Program jsonl(List<String> command) {
    if (command.isEmpty() || command.get(0).isBlank()) {
      throw new Refused(
          Refusal.INVALID_REQUEST,
          "the runtime 'jsonl' needs a command in ash.yaml, for instance `command: [node,"
              + " agent.mjs]`");
    }
    if (command.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
      throw new Refused(Refusal.INVALID_REQUEST, "the command in ash.yaml holds U+0000");
    }
    String name = command.get(0);
    if (name.contains("/") && !name.startsWith("/")) {
      // A file of the agent's folder, which the jail shows as its working directory.
      return new Program(RuntimeKind.JSONL, command, List.of(), List.of());
    }
    Executable found =
        search(name)
            .orElseThrow(
                () ->
                    new Refused(
                        Refusal.RUNTIME_NOT_AVAILABLE,
                        "the agent's command '"
                            + name
                            + "' was not found on the runner: install it there so that it is on"
                            + " PATH; a file of the agent's folder is named as './"
                            + name
                            + "'"));
    return program(RuntimeKind.JSONL, found, command.subList(1, command.size()));
  }

  private Program claude() {
    Executable found =
        search(claude == null ? "claude" : claude)
            .orElseThrow(() -> new Refused(Refusal.RUNTIME_NOT_AVAILABLE, CLAUDE_REMEDY));
    return program(RuntimeKind.CLAUDE, found, List.of());
  }

  private Optional<Executable> search(String name) {
    return otherUser ? executables.findOpen(name) : executables.find(name);
  }

  private Program program(RuntimeKind runtime, Executable found, List<String> arguments) {
    for (Path bind : otherUser ? found.readOnlyBinds() : List.<Path>of()) {
      Executables.closedToOthers(bind)
          .ifPresent(
              closed -> {
                throw new Refused(
                    Refusal.RUNTIME_NOT_AVAILABLE,
                    found.file()
                        + " cannot be used: sandboxes run as another user, who may not enter "
                        + closed
                        + "; install the program where everybody may run it, for instance in"
                        + " /usr/local or /opt");
              });
    }
    List<String> argv = new ArrayList<>();
    argv.add(found.file().toString());
    argv.addAll(arguments);
    return new Program(runtime, argv, found.readOnlyBinds(), found.searchPath());
  }
}
