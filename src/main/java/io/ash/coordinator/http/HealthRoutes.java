package io.ash.coordinator.http;

import io.ash.telemetry.Health;
import io.ash.telemetry.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Health and metrics, from what was found last: no answer waits for anything. */
public final class HealthRoutes {
  private final Vertx vertx;
  private final Health health;
  private final Metrics metrics;

  public HealthRoutes(Vertx vertx, Health health, Metrics metrics) {
    this.vertx = vertx;
    this.health = health;
    this.metrics = metrics;
  }

  /** The routes of this group; they need no key. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.get(router, "/health").handler(ctx -> answer(ctx, health.ready()));
    Routes.get(router, "/health/ready").handler(ctx -> answer(ctx, health.ready()));
    Routes.get(router, "/health/live").handler(ctx -> answer(ctx, health.live()));
    Routes.get(router, "/metrics")
        .handler(
            ctx -> Answers.bytes(ctx, Metrics.CONTENT_TYPE, Buffer.buffer(metrics.page(health))));
    return router;
  }

  private static void answer(RoutingContext ctx, Health.Answer answer) {
    ctx.response().setStatusCode(answer.status()).putHeader("Cache-Control", "no-store");
    Answers.bytes(ctx, "application/json; charset=utf-8", answer.body().toBuffer());
  }
}
