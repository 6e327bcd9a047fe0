package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.store.SessionView;

/** A session as clients see it. */
final class SessionJson {
  private SessionJson() {}

  /** {@code {"session": …}}. */
  static ObjectNode wrapped(SessionView s) {
    return Json.wrap("session", of(s));
  }

  static ObjectNode of(SessionView s) {
    JsonNode settings = Json.stored(s.settings());
    ObjectNode json = Json.object();
    json.put("id", s.id().toString());
    json.put("agentName", s.agentName());
    json.put("agentVersion", s.agentVersion());
    json.put("sandboxId", s.id().toString());
    json.put("status", s.status().text());
    json.put("createdAt", Json.time(s.createdAt()));
    json.put("lastActiveAt", Json.time(s.lastActiveAt()));
    json.put("tenantId", s.tenant());
    json.put("runnerId", s.runnerId());
    json.put("parentSessionId", s.parentId() == null ? null : s.parentId().toString());
    json.set("model", settings.path("model").isTextual() ? settings.get("model") : null);
    json.set("config", config(settings));
    json.set("runtime", Json.stored(s.runtime()));
    json.set("facts", Json.stored(s.facts()));
    json.put("openTurn", s.openTurn() == 0 ? null : s.openTurn());
    json.put("queuedTurns", s.queued());
    json.put("lastEventId", Long.toString(s.lastSeq()));
    return json;
  }

  /** Everything that was set; what must stay secret is not part of the settings. */
  private static ObjectNode config(JsonNode settings) {
    ObjectNode config = Json.object();
    settings.properties().forEach(e -> config.set(e.getKey(), e.getValue()));
    config.remove("model");
    return config;
  }
}
