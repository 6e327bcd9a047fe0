package io.ash.runner;

import io.ash.config.Env;
import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.SnapshotPolicy;
import io.ash.runner.egress.PrivatePlaces;
import io.ash.runner.sandbox.Isolation;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a runner.
 *
 * @param id names it in the fleet
 * @param pool how many sandboxes, and what becomes of those that wait
 * @param isolation what stands between sandboxes and the host
 * @param limits what the operator asks for every sandbox that does not ask itself
 * @param allowed the most that a sandbox may ask for
 * @param diskImages whether a disk limit somebody asked for may be a file system of its own
 * @param snapshotSkip names of files and directories that are in no snapshot, beside those that an
 *     agent names
 * @param privatePlaces private places that sandboxes may reach
 * @param dataDirectory absolute; sandboxes and cached blobs lie below it
 * @param modelEnvironment what agents that call a model are given; holds keys
 * @param claude name or path of the {@code claude} command line, null for {@code claude}
 * @param searchPath where programs of agents are looked for, as in {@code PATH}
 */
public record RunnerConfig(
    String id,
    PoolConfig pool,
    Isolation isolation,
    Limits limits,
    Limits allowed,
    boolean diskImages,
    Set<String> snapshotSkip,
    PrivatePlaces privatePlaces,
    Path dataDirectory,
    Map<String, String> modelEnvironment,
    @Nullable String claude,
    String searchPath) {
  private static final List<String> MODEL =
      List.of("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_CUSTOM_HEADERS");

  /** Given to agents only where they need them: the same names may open other doors. */
  private static final List<String> BEDROCK =
      List.of(
          "CLAUDE_CODE_USE_BEDROCK",
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "AWS_REGION",
          "AWS_BEARER_TOKEN_BEDROCK");

  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

  public RunnerConfig {
    snapshotSkip = Set.copyOf(snapshotSkip);
    modelEnvironment = Map.copyOf(modelEnvironment);
  }

  /**
   * Reads the settings; problems stay with {@code env}.
   *
   * @param defaultId where {@code ASH_RUNNER_ID} is not set
   */
  public static RunnerConfig read(Env env, String defaultId) {
    Map<String, String> model = new HashMap<>();
    for (String name : MODEL) {
      env.text(name).ifPresent(value -> model.put(name, value));
    }
    boolean bedrock = env.flag("CLAUDE_CODE_USE_BEDROCK", false);
    for (String name : BEDROCK) {
      env.text(name).filter(value -> bedrock).ifPresent(value -> model.put(name, value));
    }
    return new RunnerConfig(
        env.text("ASH_RUNNER_ID", defaultId),
        PoolConfig.read(env),
        env.choice("ASH_SANDBOX_ISOLATION", Isolation.AUTO),
        Limits.read((kind, key) -> asked(env, kind)),
        env.parsed("ASH_SANDBOX_LIMITS_MAX", Limits::parse).orElse(Limits.UNSET),
        env.flag("ASH_DISK_IMAGES", true),
        env.parsed("ASH_SNAPSHOT_SKIP", SnapshotPolicy::names).orElse(Set.of()),
        env.parsed("ASH_NETWORK_PRIVATE_ALLOW", PrivatePlaces::of).orElse(PrivatePlaces.NONE),
        Path.of(env.text("ASH_DATA_DIR", "data")).toAbsolutePath().normalize(),
        model,
        env.text("CLAUDE_CODE_EXECUTABLE").orElse(null),
        env.text("PATH", PATH));
  }

  /** A default is not asking: only what is set counts. */
  private static @Nullable Integer asked(Env env, LimitKind kind) {
    int value = env.number(kind.setting(), kind.usual(), kind.least(), kind.most());
    return env.text(kind.setting()).isPresent() ? value : null;
  }
}
