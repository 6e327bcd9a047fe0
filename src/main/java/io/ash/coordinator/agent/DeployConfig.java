package io.ash.coordinator.agent;

import io.ash.config.Env;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where agents may be deployed from, and what a folder without {@code ash.yaml} runs.
 *
 * @param dataDir absolute; relative paths of requests start here, and only {@code agents/} below it
 *     can be deployed from: the rest is the server's own
 * @param roots absolute directories that a deployed folder must lie in; empty for none
 * @param defaultRuntime what a folder without {@code ash.yaml} runs
 */
public record DeployConfig(Path dataDir, List<Path> roots, DefaultRuntime defaultRuntime) {
  /** What a folder without {@code ash.yaml} runs. */
  public enum DefaultRuntime {
    /** The {@code claude} command line. */
    CLAUDE,
    /** The program of the built-in agent {@code echo}; needs no model key. */
    ECHO
  }

  public DeployConfig {
    dataDir = dataDir.toAbsolutePath().normalize();
    roots = roots.stream().map(r -> r.toAbsolutePath().normalize()).toList();
  }

  /**
   * Reads {@code ASH_DEPLOY_ROOTS} (absolute directories, {@code :} between them; default working
   * and data directory in standalone, none otherwise) and {@code ASH_DEFAULT_RUNTIME}.
   */
  public static DeployConfig read(Env env, Path dataDir, boolean standalone) {
    List<Path> roots =
        env.parsed("ASH_DEPLOY_ROOTS", DeployConfig::paths)
            .orElseGet(() -> standalone ? List.of(Path.of(""), dataDir) : List.of());
    return new DeployConfig(
        dataDir, roots, env.choice("ASH_DEFAULT_RUNTIME", DefaultRuntime.CLAUDE));
  }

  private static List<Path> paths(String text) {
    Set<Path> paths = new LinkedHashSet<>();
    for (String part : text.split(":", -1)) {
      Path path = Path.of(part);
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException("absolute directories with ':' between them");
      }
      paths.add(path);
    }
    return new ArrayList<>(paths);
  }
}
