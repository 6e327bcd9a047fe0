package io.ash.app;

import io.ash.coordinator.auth.InternalAccess;
import io.ash.coordinator.http.AgentRoutes;
import io.ash.coordinator.http.ApiKeyRoutes;
import io.ash.coordinator.http.Authentication;
import io.ash.coordinator.http.Bodies;
import io.ash.coordinator.http.DocsRoutes;
import io.ash.coordinator.http.FileRoutes;
import io.ash.coordinator.http.HealthRoutes;
import io.ash.coordinator.http.HistoryRoutes;
import io.ash.coordinator.http.MessageRoutes;
import io.ash.coordinator.http.Problems;
import io.ash.coordinator.http.PublicRoutes;
import io.ash.coordinator.http.SessionRoutes;
import io.ash.coordinator.http.SseStreams;
import io.ash.coordinator.http.StreamRoutes;
import io.ash.coordinator.http.WorkspaceRoutes;
import io.ash.coordinator.session.Sessions;
import io.ash.telemetry.Health;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/** Puts the routes of the public door together. */
final class PublicAssembly {
  private final Ground ground;
  private final Health health;
  private final CoordinatorConfig config;

  PublicAssembly(Ground ground, Health health, CoordinatorConfig config) {
    this.ground = ground;
    this.health = health;
    this.config = config;
  }

  /**
   * The routes, and the streams that have to be told when the server goes.
   *
   * @param handler takes every request
   */
  record Routes(Handler<HttpServerRequest> handler, SseStreams streams) {}

  Routes build(PublicParts parts) {
    Vertx vertx = ground.vertx();
    Sessions sessions = parts.sessions().sessions();
    Bodies bodies = new Bodies(ground.timers(), Runtime.getRuntime().maxMemory() / 4);
    Authentication authentication = new Authentication(parts.keys()::authenticate);
    SseStreams streams =
        new SseStreams(ground.timers(), config.http(), ground.metrics().registry());
    ApiKeyRoutes keys =
        new ApiKeyRoutes(
            vertx,
            bodies,
            parts.keys(),
            new InternalAccess(config.internalSecret(), Loopback.is(config.http().host())));
    StreamRoutes following =
        new StreamRoutes(
            vertx, sessions, parts.journal(), streams, parts.tickets(), authentication);
    PublicRoutes all =
        new PublicRoutes(
                vertx, config.http(), new Problems(), ground.metrics().registry(), ground.ticker())
            .open(new HealthRoutes(vertx, health, ground.metrics()).router())
            .open(new DocsRoutes(vertx, Version.text()).router())
            .open(keys.internalRouter())
            .open(following.open())
            .keyed(following.keyed(bodies))
            .keyed(keys.router())
            .keyed(new AgentRoutes(vertx, bodies, parts.agents()).router())
            .keyed(new SessionRoutes(vertx, bodies, sessions).router())
            .keyed(
                new MessageRoutes(vertx, bodies, sessions, parts.journal(), streams, Version.text())
                    .router())
            .keyed(
                new HistoryRoutes(vertx, sessions, parts.sessions().messages(), parts.journal())
                    .router())
            .keyed(new FileRoutes(vertx, bodies, parts.sessions().files()).router())
            .keyed(
                new WorkspaceRoutes(vertx, bodies, ground.timers(), parts.sessions().files())
                    .router());
    return new Routes(all.router(authentication), streams);
  }
}
