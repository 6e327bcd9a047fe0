package io.ash.coordinator.session;

import io.ash.coordinator.agent.NetworkCodec;
import io.ash.model.Limits;
import io.ash.model.RuntimeKind;
import io.ash.model.SnapshotPolicy;
import io.ash.wire.RuntimeSpec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;

/** How an agent is run, as the JSON text that a session's row keeps. */
public final class RuntimeCodec {
  private RuntimeCodec() {}

  /** {@code {kind, command, limits, network}}; limits nobody set are left out. */
  public static String encode(RuntimeSpec spec) {
    return new JsonObject()
        .put("kind", spec.kind().text())
        .put("command", new JsonArray(spec.command()))
        .put("limits", new JsonObject(new LinkedHashMap<>(spec.limits().byKey())))
        .put("network", NetworkCodec.encode(spec.network()))
        .put("everyTurn", spec.snapshots().everyTurn())
        .put("skip", new JsonArray(spec.snapshots().skip().stream().sorted().toList()))
        .encode();
  }

  /** Reads what {@link #encode} wrote. */
  public static RuntimeSpec decode(String text) {
    JsonObject o = new JsonObject(text);
    JsonObject limits = o.getJsonObject("limits");
    List<String> command = o.getJsonArray("command").stream().map(String::valueOf).toList();
    return new RuntimeSpec(
        RuntimeKind.of(o.getString("kind")),
        command,
        Limits.read((kind, key) -> limits.getInteger(key)),
        NetworkCodec.decode(o.getJsonObject("network")),
        SnapshotPolicy.of(
            o.getBoolean("everyTurn", false),
            o.getJsonArray("skip", new JsonArray()).stream().map(String::valueOf).toList()));
  }
}
