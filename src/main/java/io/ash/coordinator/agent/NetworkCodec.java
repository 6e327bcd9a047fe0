package io.ash.coordinator.agent;

import io.ash.model.HostName;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.NetworkRule;
import io.ash.model.SecretRoute;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A network policy as JSON. */
public final class NetworkCodec {
  private NetworkCodec() {}

  /** {@code {mode, chosen, allow, install?, secrets?}}; no value of a secret is in it. */
  public static JsonObject encode(NetworkPolicy policy) {
    JsonObject json =
        new JsonObject()
            .put("mode", policy.mode().text())
            .put("chosen", policy.chosen())
            .put("allow", rules(policy.allow()));
    if (policy.install() != null) {
      json.put("install", rules(policy.install()));
    }
    if (!policy.secrets().isEmpty()) {
      JsonArray secrets = new JsonArray();
      policy.secrets().forEach(s -> secrets.add(secret(s)));
      json.put("secrets", secrets);
    }
    return json;
  }

  /** Reads what {@link #encode} wrote. */
  public static NetworkPolicy decode(JsonObject json) {
    List<SecretRoute> secrets = new ArrayList<>();
    for (Object each : json.getJsonArray("secrets", new JsonArray())) {
      JsonObject s = (JsonObject) each;
      secrets.add(
          new SecretRoute(
              s.getString("env"),
              HostName.of(s.getString("host")),
              s.getInteger("port"),
              s.getString("header"),
              s.getString("format"),
              s.getString("baseUrlEnv")));
    }
    JsonArray install = json.getJsonArray("install");
    return new NetworkPolicy(
        NetworkMode.of(json.getString("mode")),
        json.getBoolean("chosen"),
        rules(json.getJsonArray("allow")),
        install == null ? null : rules(install),
        secrets);
  }

  private static JsonObject secret(SecretRoute s) {
    return new JsonObject()
        .put("env", s.env())
        .put("host", s.host().inUrl())
        .put("port", s.port())
        .put("header", s.header())
        .put("format", s.format())
        .put("baseUrlEnv", s.baseUrlEnv());
  }

  private static JsonArray rules(List<NetworkRule> rules) {
    JsonArray json = new JsonArray();
    for (NetworkRule rule : rules) {
      JsonObject one = new JsonObject().put("host", rule.host());
      put(one, "port", rule.port() == 0 ? null : rule.port());
      put(one, "methods", rule.methods().isEmpty() ? null : new JsonArray(rule.methods()));
      put(one, "paths", rule.paths().isEmpty() ? null : new JsonArray(rule.paths()));
      json.add(one);
    }
    return json;
  }

  private static void put(JsonObject json, String name, @Nullable Object value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  private static List<NetworkRule> rules(JsonArray json) {
    List<NetworkRule> rules = new ArrayList<>();
    for (Object each : json) {
      JsonObject one = (JsonObject) each;
      rules.add(
          new NetworkRule(
              one.getString("host"),
              one.getInteger("port", 0),
              texts(one.getJsonArray("methods")),
              texts(one.getJsonArray("paths"))));
    }
    return rules;
  }

  private static List<String> texts(@Nullable JsonArray json) {
    return json == null ? List.of() : json.stream().map(String::valueOf).toList();
  }
}
