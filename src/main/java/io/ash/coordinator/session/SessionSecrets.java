package io.ash.coordinator.session;

import io.ash.model.SessionId;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session keeps sealed: the environment of its agent and its MCP servers, which may carry
 * credentials.
 */
final class SessionSecrets {
  private final Sealing sealing;

  SessionSecrets(Sealing sealing) {
    this.sealing = sealing;
  }

  /**
   * @param env environment of the agent
   * @param mcpServers JSON object, null for none
   */
  record Plain(Map<String, String> env, @Nullable JsonObject mcpServers) {
    boolean isEmpty() {
      return env.isEmpty() && mcpServers == null;
    }
  }

  /** The sealed form, null where there is nothing to keep. */
  @Nullable String seal(SessionId id, Plain plain) {
    if (plain.isEmpty()) {
      return null;
    }
    JsonObject o = new JsonObject().put("env", new JsonObject(new LinkedHashMap<>(plain.env())));
    if (plain.mcpServers() != null) {
      o.put("mcpServers", plain.mcpServers());
    }
    return sealing.seal("session:" + id, o.encode());
  }

  Plain open(SessionId id, @Nullable String sealed) {
    if (sealed == null) {
      return new Plain(Map.of(), null);
    }
    JsonObject o = new JsonObject(sealing.open("session:" + id, sealed));
    Map<String, String> env = new LinkedHashMap<>();
    o.getJsonObject("env").forEach(e -> env.put(e.getKey(), String.valueOf(e.getValue())));
    return new Plain(env, o.getJsonObject("mcpServers"));
  }
}
