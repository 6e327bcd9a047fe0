package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import io.ash.process.Spawner;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes inside their control group and resource limits.
 *
 * <p>A shell of a few instructions enters the group, sets the limits, opens the files and becomes
 * the command; one byte on its error output says that this worked.
 */
final class Launcher {
  /** The byte that the shell writes before it becomes the command. */
  static final byte MARK = 6;

  /** Names the environment variable by which processes of a sandbox are known on the host. */
  static final String COOKIE = "ASH_SANDBOX";

  /** A limit of the host that is lower already stays: lowering is all this does. */
  private static final String SCRIPT =
      "n=$1; shift; "
          + "while [ \"$n\" -gt 0 ]; do echo 0 >\"$1\" || exit 125; shift; n=$((n-1)); done; "
          + "ulimit -c 0; ulimit -n \"$1\" 2>/dev/null; ulimit -f \"$2\" 2>/dev/null; shift 2; ";

  private static final String OPEN = "exec 8<\"$1\" 9<\"$2\"; shift 2; ";

  /**
   * The builder of a jail lives as long as what it started; the output goes past it as descriptor
   * 7, so that it is closed when the command closes it.
   */
  private static final String PAST = "exec 7>&1 >/dev/null; ";

  private static final String BECOME = "printf '\\006' >&2; exec \"$@\"";

  private final Spawner spawner;
  private final Wrapping wrapping;
  private final String cookie;

  Launcher(Spawner spawner, Wrapping wrapping, String cookie) {
    this.spawner = spawner;
    this.wrapping = wrapping;
    this.cookie = cookie;
  }

  /**
   * A process that is being started.
   *
   * @param process completes on another thread
   * @param arguments to be deleted where it is not started
   */
  record Launching(CompletableFuture<Process> process, @Nullable Path arguments) {
    /** The process, on an event loop. */
    Future<Launched> on(Context context) {
      return Future.fromCompletionStage(process, context)
          .onFailure(e -> discard(arguments))
          .map(started -> new Launched(started, arguments));
    }
  }

  private static void discard(@Nullable Path arguments) {
    if (arguments != null) {
      try {
        Files.deleteIfExists(arguments);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * A process that was started.
   *
   * @param arguments to be deleted when its mark is seen, or at its end
   */
  record Launched(Process process, @Nullable Path arguments) {
    void discardArguments() {
      discard(arguments);
    }
  }

  /** The cookie of a sandbox: its server and its name. */
  String cookie(Jail jail) {
    return cookie + "/" + jail.name();
  }

  Wrapping wrapping() {
    return wrapping;
  }

  /** Blocks for the files that the start needs, not for the start. */
  Launching launch(
      Jail jail, SandboxPlace place, Cgroup group, LimitsInForce limits, Command command)
      throws IOException {
    Wrapped wrapped = wrapping.wrap(jail, place, limits, command);
    boolean files = wrapped.arguments() != null;
    String open = files ? OPEN + (command.heard() ? PAST : "") : "";
    List<String> line =
        new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT + open + BECOME, "ash-launch"));
    line.add(Integer.toString(group.entrances().size()));
    line.addAll(group.entrances());
    line.add(Integer.toString(limits.most(LimitKind.OPEN_FILES)));
    line.add(Long.toString(limits.diskMb() * 2048L));
    if (files) {
      line.add(String.valueOf(wrapped.arguments()));
      line.add(String.valueOf(wrapped.filter()));
    }
    line.addAll(wrapped.command());
    ProcessBuilder builder = Spawner.builder(line.toArray(String[]::new));
    Map<String, String> env = new HashMap<>(wrapped.env());
    env.put(COOKIE, cookie(jail));
    builder.environment().putAll(env);
    if (wrapped.directory() != null) {
      builder.directory(wrapped.directory().toFile());
    }
    return new Launching(spawner.start(builder), wrapped.arguments());
  }
}
