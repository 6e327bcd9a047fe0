package io.ash.coordinator.agent;

import io.ash.blob.RelativePath;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.NetworkRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the section {@code network} of an {@code ash.yaml} or of a request says.
 *
 * @param mode null where it does not say
 * @param allow null where it does not say
 * @param install null where it does not say
 */
public record NetworkWish(
    @Nullable NetworkMode mode,
    @Nullable List<NetworkRule> allow,
    @Nullable List<NetworkRule> install) {
  private static final int MOST_RULES = 256;
  private static final int MOST_PARTS = 64;

  /**
   * Reads maps, lists and text.
   *
   * @param path how the section is called in a problem
   * @param wrong told everything that is wrong, each with its path
   */
  public static NetworkWish read(Map<?, ?> section, String path, Consumer<String> wrong) {
    only(section, path, Set.of("mode", "allow", "install"), wrong);
    NetworkMode mode = mode(section.get("mode"), path, wrong);
    List<NetworkRule> allow = rules(section.get("allow"), path + ".allow", wrong);
    List<NetworkRule> install = rules(section.get("install"), path + ".install", wrong);
    boolean listed = allow != null || install != null;
    if (mode == null && !listed && section.get("mode") == null) {
      wrong.accept(path + ".mode must be none, allowlist or host");
    }
    if (listed && mode != null && mode != NetworkMode.ALLOWLIST) {
      wrong.accept(
          path + ".allow and " + path + ".install go with mode allowlist, not " + mode.text());
    }
    return new NetworkWish(mode, allow, install);
  }

  /** This wish over what held without it. */
  public NetworkPolicy over(NetworkPolicy policy) {
    NetworkMode wanted = mode != null ? mode : NetworkMode.ALLOWLIST;
    return new NetworkPolicy(
        wanted,
        true,
        allow != null ? allow : policy.allow(),
        install != null ? install : policy.install(),
        policy.secrets());
  }

  private static @Nullable NetworkMode mode(
      @Nullable Object value, String path, Consumer<String> wrong) {
    for (NetworkMode known : NetworkMode.values()) {
      if (known.text().equals(value)) {
        return known;
      }
    }
    if (value != null) {
      wrong.accept(path + ".mode must be none, allowlist or host, not " + shown(value));
    }
    return null;
  }

  private static @Nullable List<NetworkRule> rules(
      @Nullable Object value, String path, Consumer<String> wrong) {
    if (value == null) {
      return null;
    }
    List<NetworkRule> rules = new ArrayList<>();
    if (!(value instanceof List<?> lines) || lines.size() > MOST_RULES) {
      wrong.accept(
          path
              + " must be a list of at most "
              + MOST_RULES
              + " places, for instance [api.example.com]");
      return rules;
    }
    for (int i = 0; i < lines.size(); i++) {
      rule(rules, lines.get(i), path + "[" + i + "]", wrong);
    }
    return rules;
  }

  private static void rule(
      List<NetworkRule> rules, @Nullable Object line, String path, Consumer<String> wrong) {
    try {
      if (line instanceof String text) {
        rules.add(NetworkRule.of(text));
      } else if (line instanceof Map<?, ?> map && map.get("host") instanceof String host) {
        only(map, path, Set.of("host", "methods", "paths"), wrong);
        rules.add(
            NetworkRule.of(
                host,
                texts(map.get("methods"), path + ".methods", wrong),
                texts(map.get("paths"), path + ".paths", wrong)));
      } else {
        wrong.accept(path + " must be a place such as api.example.com, or a map with host");
      }
    } catch (IllegalArgumentException e) {
      String shown = line instanceof Map<?, ?> map ? shown(map.get("host")) : shown(line);
      wrong.accept(path + " is no place (" + shown + "): " + e.getMessage());
    }
  }

  private static List<String> texts(@Nullable Object value, String path, Consumer<String> wrong) {
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list
        && !list.isEmpty()
        && list.size() <= MOST_PARTS
        && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String::valueOf).toList();
    }
    wrong.accept(path + " must be a list of 1 to " + MOST_PARTS + " strings");
    return List.of();
  }

  static void only(Map<?, ?> map, String path, Set<String> known, Consumer<String> wrong) {
    for (Object name : map.keySet()) {
      if (!known.contains(String.valueOf(name))) {
        wrong.accept(
            path
                + "."
                + shown(name)
                + " is unknown; known are "
                + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }

  static String shown(@Nullable Object value) {
    return RelativePath.shown(String.valueOf(value));
  }
}
