package io.ash.coordinator.session;

import io.vertx.core.json.JsonObject;

/** Bodies of lifecycle rows. */
final class Lifecycle {
  private Lifecycle() {}

  static JsonObject of(String action) {
    return new JsonObject().put("action", action);
  }

  static JsonObject of(String action, String reason) {
    return of(action).put("reason", reason);
  }
}
