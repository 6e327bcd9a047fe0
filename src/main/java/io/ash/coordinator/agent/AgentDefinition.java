package io.ash.coordinator.agent;

import io.ash.model.Limits;
import io.ash.model.NetworkPolicy;
import io.ash.model.RuntimeKind;
import io.ash.model.SnapshotPolicy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How an agent is run: what its {@code ash.yaml} says, checked, with the defaults filled in.
 *
 * @param command argument vector; empty for the default of the runtime
 * @param env environment from {@code ash.yaml}; not secret, it is part of the files
 * @param network what its sandboxes reach; where it was not chosen, the server says the mode
 * @param snapshots when its sessions are saved, and what of them is not
 * @param warm sandboxes to keep ready
 * @param warnings sentences for the person who creates a session
 */
public record AgentDefinition(
    RuntimeKind runtime,
    List<String> command,
    Map<String, String> env,
    Limits limits,
    NetworkPolicy network,
    SnapshotPolicy snapshots,
    int warm,
    List<String> warnings) {
  public AgentDefinition {
    command = List.copyOf(command);
    env = Map.copyOf(env);
    warnings = List.copyOf(warnings);
  }

  /** The JSON text that is stored. */
  String toJson() {
    JsonObject json =
        new JsonObject()
            .put("runtime", runtime.text())
            .put("command", new JsonArray(command))
            .put("env", new JsonObject(new TreeMap<>(env)))
            .put("limits", new JsonObject(new LinkedHashMap<>(limits.byKey())))
            .put("network", NetworkCodec.encode(network))
            .put("durability", snapshots.everyTurn() ? "turn" : null)
            .put("snapshotSkip", new JsonArray(snapshots.skip().stream().sorted().toList()))
            .put("warnings", new JsonArray(warnings));
    return (warm > 0 ? json.put("warm", warm) : json).encode();
  }

  /** Reads what {@link #toJson} wrote. */
  static AgentDefinition fromJson(String text) {
    JsonObject json = new JsonObject(text);
    JsonObject limits = json.getJsonObject("limits");
    Map<String, String> env = new LinkedHashMap<>();
    json.getJsonObject("env").forEach(e -> env.put(e.getKey(), String.valueOf(e.getValue())));
    return new AgentDefinition(
        RuntimeKind.of(json.getString("runtime")),
        texts(json.getJsonArray("command")),
        env,
        Limits.read((kind, key) -> limits.getInteger(key)),
        NetworkCodec.decode(json.getJsonObject("network")),
        SnapshotPolicy.of(
            "turn".equals(json.getString("durability")),
            texts(json.getJsonArray("snapshotSkip", new JsonArray()))),
        json.getInteger("warm", 0),
        texts(json.getJsonArray("warnings")));
  }

  private static List<String> texts(JsonArray array) {
    return array.stream().map(String::valueOf).toList();
  }
}
