package io.ash.coordinator.agent;

import io.ash.blob.RelativePath;
import io.ash.coordinator.auth.Seals;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment of an agent: its rules, and its stored form, in which every value is sealed for
 * its tenant, agent and name.
 */
final class AgentEnv {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");
  private static final int MOST = 256;
  private static final int LONGEST = 32 * 1024;

  private final Seals seals;

  AgentEnv(Seals seals) {
    this.seals = seals;
  }

  /** What is wrong with an environment, or null. */
  static @Nullable String problem(Map<String, String> env) {
    if (env.size() > MOST) {
      return "at most " + MOST + " variables are allowed";
    }
    for (Map.Entry<String, String> variable : env.entrySet()) {
      String name = variable.getKey();
      if (!NAME.matcher(name).matches()) {
        return RelativePath.shown(name) + " is no name: letters, digits and _, no digit first";
      }
      if (variable.getValue().length() > LONGEST || variable.getValue().indexOf('\0') >= 0) {
        return name + " must be at most " + LONGEST + " characters without a NUL";
      }
    }
    return null;
  }

  /** The stored form; throws {@link Refused} for a wrong one, or where there is no key. */
  String sealed(String tenant, String agent, Map<String, String> env) {
    String problem = problem(env);
    if (problem != null) {
      throw new Refused(Refusal.INVALID_REQUEST, "env: " + problem);
    }
    JsonObject sealed = new JsonObject();
    new TreeMap<>(env)
        .forEach(
            (name, value) -> sealed.put(name, seals.seal(context(tenant, agent, name), value)));
    return sealed.encode();
  }

  /** The names in a stored form; needs no key. */
  static List<String> names(String sealed) {
    return List.copyOf(new JsonObject(sealed).fieldNames());
  }

  /** The values of a stored form; throws {@link Refused} where they cannot be opened. */
  Map<String, String> opened(String tenant, String agent, String sealed) {
    Map<String, String> env = new LinkedHashMap<>();
    JsonObject stored = new JsonObject(sealed);
    for (String name : stored.fieldNames()) {
      env.put(name, seals.open(context(tenant, agent, name), stored.getString(name)));
    }
    return env;
  }

  private static String context(String tenant, String agent, String name) {
    return "agent env\n" + tenant + "\n" + agent + "\n" + name;
  }
}
