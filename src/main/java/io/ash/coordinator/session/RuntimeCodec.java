package io.ash.coordinator.session;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.RuntimeKind;
import io.ash.wire.RuntimeSpec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an agent is run, as the JSON text that a session's row keeps. */
public final class RuntimeCodec {
  private RuntimeCodec() {}

  /** {@code {kind, command, limits, network}}; limits nobody set are left out. */
  public static String encode(RuntimeSpec spec) {
    JsonObject limits = new JsonObject();
    put(limits, "memoryMb", spec.limits().memoryMb());
    put(limits, "cpuPercent", spec.limits().cpuPercent());
    put(limits, "diskMb", spec.limits().diskMb());
    put(limits, "maxProcesses", spec.limits().maxProcesses());
    return new JsonObject()
        .put("kind", spec.kind().text())
        .put("command", new JsonArray(spec.command()))
        .put("limits", limits)
        .put("network", spec.network().text())
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
        new Limits(
            limits.getInteger("memoryMb"),
            limits.getInteger("cpuPercent"),
            limits.getInteger("diskMb"),
            limits.getInteger("maxProcesses")),
        NetworkMode.of(o.getString("network")));
  }

  /** The limits of the wish where it names one, else those of the agent. */
  static Limits merge(Limits agent, Limits wish) {
    return new Limits(
        first(wish.memoryMb(), agent.memoryMb()),
        first(wish.cpuPercent(), agent.cpuPercent()),
        first(wish.diskMb(), agent.diskMb()),
        first(wish.maxProcesses(), agent.maxProcesses()));
  }

  private static @Nullable Integer first(@Nullable Integer a, @Nullable Integer b) {
    return a != null ? a : b;
  }

  private static void put(JsonObject o, String name, @Nullable Integer value) {
    if (value != null) {
      o.put(name, value);
    }
  }
}
