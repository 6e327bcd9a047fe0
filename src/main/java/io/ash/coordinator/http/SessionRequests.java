package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.agent.NetworkWish;
import io.ash.coordinator.session.CreateSession;
import io.ash.model.Limits;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the bodies that make a session or change its settings. */
final class SessionRequests {
  private static final int LONG_TEXT = 1_000_000;
  private static final int MODEL = 100;
  private static final int MOST_NAMES = 1000;
  private static final List<String> LISTS = List.of("allowedTools", "disallowedTools", "betas");

  private SessionRequests() {}

  /** The wish for a session. */
  static CreateSession create(RoutingContext ctx) {
    Fields body = Requests.fields(ctx);
    String agent = body.required("agent", 1, 255);
    if (body.get("credentialId") != null) {
      throw new Refused(Refusal.INVALID_REQUEST, "Invalid or inaccessible credential");
    }
    ObjectNode settings = Json.object();
    settings(body, settings);
    put(settings, "systemPrompt", body.text("systemPrompt", LONG_TEXT));
    put(
        settings,
        "permissionMode",
        body.choice(
            "permissionMode", List.of("bypassPermissions", "permissionsByAgent", "default")));
    ObjectNode mcpServers = mcpServers(body);
    if (mcpServers != null) {
      settings.set("mcpServers", mcpServers);
    }
    Map<String, String> env = body.textMap("extraEnv", MOST_NAMES);
    Limits limits = limits(body.nested("limits"));
    String key = Requests.idempotencyKey(ctx);
    body.orThrow();
    Map<String, String> given = env == null ? Map.of() : env;
    String text = Json.text(settings);
    return new CreateSession(
        Authentication.tenant(ctx),
        agent,
        text,
        given,
        key,
        Requests.fingerprint(
            agent, text, new TreeMap<>(given).toString(), limits.byKey().toString()),
        limits);
  }

  /** The settings to replace, as one JSON object; an explicit null removes one. */
  static String patch(RoutingContext ctx) {
    Fields body = Requests.requiredFields(ctx);
    ObjectNode patch = Json.object();
    settings(body, patch);
    body.orThrow();
    for (String name :
        List.of(
            "model",
            "subagents",
            "initialAgent",
            "allowedTools",
            "disallowedTools",
            "betas",
            "network")) {
      if (body.source().path(name).isNull()) {
        patch.putNull(name);
      }
    }
    return Json.text(patch);
  }

  private static void settings(Fields body, ObjectNode to) {
    put(to, "model", body.text("model", MODEL));
    put(to, "initialAgent", body.text("initialAgent", 255));
    for (String name : LISTS) {
      if (body.texts(name, MOST_NAMES, 1000) != null) {
        to.set(name, body.source().get(name));
      }
    }
    network(body, to);
    ObjectNode subagents = body.object("subagents");
    if (subagents != null) {
      to.set("subagents", subagents);
    }
  }

  private static void network(Fields body, ObjectNode to) {
    ObjectNode network = body.object("network");
    if (network != null) {
      Map<String, Object> section = new JsonObject(Json.text(network)).getMap();
      NetworkWish.read(section, "network", wrong -> body.problem("network", wrong));
      to.set("network", network);
    }
  }

  private static @Nullable ObjectNode mcpServers(Fields body) {
    ObjectNode servers = body.object("mcpServers");
    Fields all = body.nested("mcpServers");
    if (servers == null || all == null) {
      return null;
    }
    for (String name : (Iterable<String>) servers::fieldNames) {
      Fields server = all.nested(name);
      if (server != null) {
        String url = server.text("url", 4096);
        String command = server.text("command", 4096);
        server.texts("args", MOST_NAMES, LONG_TEXT);
        server.textMap("env", MOST_NAMES);
        server.textMap("headers", MOST_NAMES);
        if (url == null && command == null) {
          all.problem(name, "must have a url or a command");
        }
      }
    }
    return servers;
  }

  private static Limits limits(@Nullable Fields limits) {
    return limits == null
        ? Limits.UNSET
        : Limits.read((kind, key) -> limits.integer(key, kind.least(), kind.most()));
  }

  private static void put(ObjectNode to, String name, @Nullable String value) {
    if (value != null) {
      to.put(name, value);
    }
  }
}
