package io.ash.coordinator.agent;

import io.ash.blob.RelativePath;
import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import io.ash.model.SecretRoute;
import io.ash.model.SnapshotPolicy;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code ash.yaml}: every key is optional and checked strictly.
 *
 * <p>What is wrong is refused with everything found at once; what is right but cannot be honoured
 * by this version is refused as such and never ignored. Not thread-safe: one for each reading.
 */
final class AshYaml {
  static final String FILE = "ash.yaml";

  /** Bytes it can have. */
  static final int MAX_BYTES = 64 * 1024;

  private final List<String> wrong = new ArrayList<>();
  private final List<String> notYet = new ArrayList<>();

  private AshYaml() {}

  /** What a folder without the file gets. */
  static AgentDefinition absent() {
    return new AshYaml().definition(Map.of());
  }

  /** The definition in a file; throws {@link Refused}. */
  static AgentDefinition read(Buffer yaml) {
    Object tree;
    try {
      tree = YamlReader.read(yaml);
    } catch (YamlReader.Unreadable e) {
      throw new Refused(Refusal.INVALID_REQUEST, FILE + ": " + e.getMessage());
    }
    if (tree != null && !(tree instanceof Map<?, ?>)) {
      throw new Refused(Refusal.INVALID_REQUEST, FILE + ": it must be a map of settings");
    }
    return new AshYaml().definition(tree == null ? Map.of() : (Map<?, ?>) tree);
  }

  private AgentDefinition definition(Map<?, ?> all) {
    only(
        all,
        "",
        Set.of(
            "runtime",
            "command",
            "env",
            "limits",
            "network",
            "snapshot",
            "warm",
            "durability",
            "secrets"));
    RuntimeKind runtime = runtime(all);
    List<String> command = command(all, runtime);
    Map<String, String> env = env(all);
    Limits limits = limits(all);
    NetworkPolicy network = network(all);
    SnapshotPolicy snapshots = snapshots(all);
    Integer warm = number(all, "", "warm", 0, 100);
    if (!wrong.isEmpty()) {
      throw new Refused(Refusal.INVALID_REQUEST, FILE + ": " + String.join("; ", wrong));
    }
    if (!notYet.isEmpty()) {
      throw new Refused(Refusal.NOT_SUPPORTED_YET, FILE + ": " + String.join("; ", notYet));
    }
    return new AgentDefinition(
        runtime, command, env, limits, network, snapshots, warm == null ? 0 : warm, List.of());
  }

  private RuntimeKind runtime(Map<?, ?> all) {
    Object value = all.get("runtime");
    if (value == null) {
      if (all.get("command") != null) {
        wrong.add("runtime must be named where there is a command, for instance `runtime: jsonl`");
      }
      return RuntimeKind.CLAUDE;
    }
    for (RuntimeKind kind : RuntimeKind.values()) {
      if (kind.text().equals(value)) {
        if (kind == RuntimeKind.ACP) {
          notYet.add("runtime acp is not supported by this version; use jsonl or claude");
        }
        return kind;
      }
    }
    wrong.add("runtime must be jsonl, claude or acp, not " + shown(value));
    return RuntimeKind.CLAUDE;
  }

  private List<String> command(Map<?, ?> all, RuntimeKind runtime) {
    Object value = all.get("command");
    List<String> command = new ArrayList<>();
    if (value == null) {
      if (runtime == RuntimeKind.JSONL) {
        wrong.add("command is needed for runtime jsonl, for instance [node, agent.mjs]");
      }
    } else if (!(value instanceof List<?> words) || words.isEmpty() || words.size() > 256) {
      wrong.add("command must be a list of 1 to 256 strings, for instance [node, agent.mjs]");
    } else {
      for (Object word : words) {
        String text = text(word, "command[" + command.size() + "]", 4096);
        command.add(text);
      }
      if (command.get(0).isBlank()) {
        wrong.add("command[0] must name a program");
      }
      if (runtime == RuntimeKind.CLAUDE && all.get("runtime") != null) {
        wrong.add("command is not used by runtime claude; leave it out, or use runtime jsonl");
      }
    }
    return command;
  }

  private Map<String, String> env(Map<?, ?> all) {
    Map<String, String> env = new LinkedHashMap<>();
    map(all, "env").forEach((n, v) -> env.put(String.valueOf(n), text(v, "env." + n, 32 * 1024)));
    String problem = AgentEnv.problem(env);
    if (problem != null) {
      wrong.add("env: " + problem);
    }
    return env;
  }

  private Limits limits(Map<?, ?> all) {
    Map<?, ?> limits = map(all, "limits");
    only(
        limits,
        "limits.",
        Arrays.stream(LimitKind.values()).map(LimitKind::key).collect(Collectors.toSet()));
    return Limits.read((kind, key) -> number(limits, "limits.", key, kind.least(), kind.most()));
  }

  private NetworkPolicy network(Map<?, ?> all) {
    List<SecretRoute> secrets = SecretsSection.read(all.get("secrets"), wrong::add);
    NetworkPolicy unsaid =
        new NetworkPolicy(NetworkMode.ALLOWLIST, false, List.of(), null, secrets);
    if (all.get("network") == null) {
      return unsaid;
    }
    int before = wrong.size();
    Map<?, ?> section = map(all, "network");
    if (wrong.size() > before) {
      return unsaid;
    }
    NetworkPolicy said = NetworkWish.read(section, "network", wrong::add).over(unsaid);
    if (said.mode() == NetworkMode.HOST && !secrets.isEmpty()) {
      wrong.add("secrets go with network.mode allowlist, not with host");
    }
    return said;
  }

  private SnapshotPolicy snapshots(Map<?, ?> all) {
    Object durability = all.get("durability");
    if (durability != null && !"turn".equals(durability)) {
      wrong.add("durability must be turn, not " + shown(durability));
    }
    Map<?, ?> snapshot = map(all, "snapshot");
    only(snapshot, "snapshot.", Set.of("skip"));
    Object skip = snapshot.get("skip");
    List<?> names = skip instanceof List<?> list ? list : List.of();
    boolean good =
        names.size() <= SnapshotPolicy.MOST_SKIPPED
            && names.stream().allMatch(n -> n instanceof String t && SnapshotPolicy.isName(t));
    if (!good || (skip != null && !(skip instanceof List<?>))) {
      wrong.add(
          "snapshot.skip must be a list of at most "
              + SnapshotPolicy.MOST_SKIPPED
              + " names of files or directories, for instance [node_modules]");
      return SnapshotPolicy.USUAL;
    }
    return SnapshotPolicy.of(durability != null, names.stream().map(String::valueOf).toList());
  }

  private Map<?, ?> map(Map<?, ?> in, String name) {
    Object value = in.get(name);
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    wrong.add(name + " must be a map, not " + shown(value));
    return Map.of();
  }

  private @Nullable Integer number(Map<?, ?> in, String prefix, String name, int min, int max) {
    Object value = in.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Long n && n >= min && n <= max) {
      return n.intValue();
    }
    wrong.add(
        prefix
            + name
            + " must be a whole number from "
            + min
            + " to "
            + max
            + ", not "
            + shown(value));
    return null;
  }

  private String text(@Nullable Object value, String path, int most) {
    if (value instanceof String text && text.length() <= most && text.indexOf('\0') < 0) {
      return text;
    }
    wrong.add(
        value instanceof String
            ? path + " must be at most " + most + " characters without a NUL"
            : path + " must be a string; put quotes around " + shown(value));
    return "";
  }

  private void only(Map<?, ?> map, String prefix, Set<String> known) {
    for (Object name : map.keySet()) {
      if (!known.contains(String.valueOf(name))) {
        wrong.add(
            prefix
                + RelativePath.shown(String.valueOf(name))
                + " is unknown; known are "
                + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }

  private static String shown(@Nullable Object value) {
    if (value instanceof Map<?, ?>) {
      return "a map";
    }
    if (value instanceof List<?>) {
      return "a list";
    }
    return RelativePath.shown(String.valueOf(value));
  }
}
