package io.ash.app;

import io.ash.telemetry.Health;
import io.ash.telemetry.Metrics;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Receives every request: answers for health and metrics itself, from the first moment to the last,
 * and lets the others through once the routes are there.
 *
 * <p>Thread-safe.
 */
final class Lobby implements Handler<HttpServerRequest> {
  private final Health health;
  private final Metrics metrics;
  private volatile @Nullable Handler<HttpServerRequest> routes;

  Lobby(Health health, Metrics metrics) {
    this.health = health;
    this.metrics = metrics;
  }

  /** Lets requests through to these routes. */
  void open(Handler<HttpServerRequest> built) {
    routes = built;
  }

  /** Lets nothing through any more. */
  void shut() {
    routes = null;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Handler<HttpServerRequest> built = routes;
    if (built != null) {
      built.handle(request);
      return;
    }
    switch (request.path() == null ? "" : request.path()) {
      case "/health", "/health/ready" -> answer(request, health.ready());
      case "/health/live" -> answer(request, health.live());
      case "/metrics" ->
          request
              .response()
              .putHeader("Content-Type", Metrics.CONTENT_TYPE)
              .end(metrics.page(health));
      default -> notYet(request);
    }
  }

  private static void answer(HttpServerRequest request, Health.Answer answer) {
    request
        .response()
        .setStatusCode(answer.status())
        .putHeader("Content-Type", "application/json; charset=utf-8")
        .putHeader("Cache-Control", "no-store")
        .end(answer.body().toBuffer());
  }

  private static void notYet(HttpServerRequest request) {
    String id = UUID.randomUUID().toString();
    request
        .response()
        .setStatusCode(503)
        .putHeader("Content-Type", "application/json; charset=utf-8")
        .putHeader("Retry-After", "1")
        .putHeader("X-Request-Id", id)
        .end(
            new JsonObject()
                .put("error", "Service Unavailable")
                .put("statusCode", 503)
                .put("message", "This server is starting or stopping; try again in a moment.")
                .put("code", "unavailable")
                .put("requestId", id)
                .put("retryAfterSeconds", 1)
                .toBuffer());
  }
}
