package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.archive.LeftOut;
import io.ash.blob.Manifest;
import io.ash.coordinator.agent.AgentView;
import io.ash.coordinator.agent.NetworkCodec;
import io.ash.model.NetworkPolicy;
import java.time.Instant;
import java.util.List;

/** Agents as clients see them. */
final class AgentJson {
  private AgentJson() {}

  static ObjectNode wrapped(AgentView agent) {
    return Json.wrap("agent", of(agent));
  }

  static ObjectNode wrapped(List<AgentView> agents) {
    ArrayNode all = Json.array();
    agents.forEach(agent -> all.add(of(agent)));
    return Json.wrap("agents", all);
  }

  /** The files a listing shows. */
  static ObjectNode files(Manifest manifest) {
    ArrayNode files = Json.array();
    manifest.files().stream()
        .filter(file -> LeftOut.isListed(file.path(), false))
        .forEach(
            file ->
                files
                    .addObject()
                    .put("path", file.path())
                    .put("size", file.size())
                    .put("modifiedAt", Json.time(Instant.ofEpochMilli(file.mtime()))));
    return Json.wrap("files", files);
  }

  private static ObjectNode of(AgentView agent) {
    ObjectNode json =
        Json.object()
            .put("id", agent.id().toString())
            .put("name", agent.name())
            .put("version", agent.version())
            .put("path", agent.path())
            .put("runtime", agent.definition().runtime().text())
            .put("createdAt", Json.time(agent.createdAt()))
            .put("updatedAt", Json.time(agent.updatedAt()))
            .put("tenantId", agent.tenant());
    json.set("network", network(agent.definition().network()));
    json.set("config", Json.stored(agent.config()));
    if (!agent.env().isEmpty()) {
      ObjectNode env = json.putObject("env");
      agent.env().forEach(name -> env.put(name, "***"));
    }
    if (!agent.definition().warnings().isEmpty()) {
      ArrayNode warnings = json.putArray("warnings");
      agent.definition().warnings().forEach(warnings::add);
    }
    return json;
  }

  /** Without the mode where the server's own holds. */
  private static JsonNode network(NetworkPolicy policy) {
    ObjectNode json = (ObjectNode) Json.stored(NetworkCodec.encode(policy).encode());
    boolean chosen = json.remove("chosen").booleanValue();
    if (!chosen) {
      json.remove("mode");
    }
    return json;
  }
}
