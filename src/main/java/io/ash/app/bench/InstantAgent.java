package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.app.client.BuiltInAgent;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** The agent that answers at once, as deployed for one bench, and sessions with it. */
final class InstantAgent {
  private final ApiClient api;
  private final String name;

  InstantAgent(ApiClient api, String name) {
    this.api = api;
    this.name = name;
  }

  /** Deploys it. */
  Future<Void> deploy() {
    return api.post("/api/agents", BuiltInAgent.deploy("instant", name)).mapEmpty();
  }

  /**
   * Deploys it with more settings.
   *
   * @param settings lines of ash.yaml
   */
  Future<Void> deploy(String settings) {
    return api.post("/api/agents", BuiltInAgent.deploy("instant", name, settings)).mapEmpty();
  }

  /** Asks for so many sandboxes that are kept ready. */
  Future<Void> keepReady(int count) {
    return api.patch("/api/agents/" + name + "/config", new JsonObject().put("preWarmCount", count))
        .mapEmpty();
  }

  /** Opens a session; gives its path, such as {@code /api/sessions/ID}. */
  Future<String> open() {
    return open(new JsonObject());
  }

  /** Opens a session with more wishes. */
  Future<String> open(JsonObject wishes) {
    return api.post("/api/sessions", wishes.copy().put("agent", name))
        .map(answer -> "/api/sessions/" + answer.getJsonObject("session").getString("id"));
  }

  /** Opens sessions one after another. */
  Future<List<String>> open(int count) {
    List<String> sessions = new ArrayList<>();
    Future<Void> ready = Future.succeededFuture();
    for (int i = 0; i < count; i++) {
      ready = ready.compose(v -> open()).onSuccess(sessions::add).mapEmpty();
    }
    return ready.map(sessions);
  }

  /** Ends a session. */
  Future<Void> end(String session) {
    return api.delete(session).mapEmpty();
  }

  /** Ends sessions, all at once. */
  Future<Void> end(List<String> sessions) {
    return sessions.isEmpty()
        ? Future.succeededFuture()
        : Future.join(sessions.stream().map(this::end).toList()).mapEmpty();
  }

  /** Takes the agent away. */
  Future<Void> remove() {
    return api.delete("/api/agents/" + name).mapEmpty();
  }
}
