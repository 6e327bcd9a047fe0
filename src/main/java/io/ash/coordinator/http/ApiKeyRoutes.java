package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.auth.InternalAccess;
import io.ash.coordinator.auth.Keys;
import io.ash.coordinator.store.KeyStore.KeyLine;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** API keys: those of the caller's tenant, and those a platform makes for its tenants. */
public final class ApiKeyRoutes {
  private static final String ALL = "/api/api-keys";
  private static final String ENVIRONMENT = "env";
  private static final int LONGEST_LABEL = 255;

  private final Vertx vertx;
  private final Bodies bodies;
  private final Keys keys;
  private final InternalAccess access;

  public ApiKeyRoutes(Vertx vertx, Bodies bodies, Keys keys, InternalAccess access) {
    this.vertx = vertx;
    this.bodies = bodies;
    this.keys = keys;
    this.access = access;
  }

  /** The routes for callers with a key. */
  public Router router() {
    Router router = Router.router(vertx);
    Routes.get(router, ALL).handler(this::list);
    Routes.post(router, ALL).handler(bodies.json()).handler(this::create);
    Routes.delete(router, ALL + "/:id").handler(bodies.json()).handler(this::delete);
    return router;
  }

  /** The route for the operator's own platform; it asks for the internal secret itself. */
  public Router internalRouter() {
    Router router = Router.router(vertx);
    Routes.post(router, "/api/internal/api-keys")
        .handler(this::guard)
        .handler(bodies.json())
        .handler(this::provision);
    return router;
  }

  private void list(RoutingContext ctx) {
    String tenant = Authentication.tenant(ctx);
    Answers.ok(
        ctx, keys.list(tenant).map(lines -> listed(keys.environmentKeyPrefix(tenant), lines)));
  }

  private static ObjectNode listed(Optional<String> environment, List<KeyLine> lines) {
    ArrayNode all = Json.array();
    environment.ifPresent(
        prefix ->
            all.addObject()
                .put("id", ENVIRONMENT)
                .put("label", "ASH_API_KEY (environment variable)")
                .put("keyPrefix", prefix)
                .put("createdAt", ""));
    lines.forEach(
        line ->
            all.addObject()
                .put("id", line.id().toString())
                .put("label", line.label())
                .put("keyPrefix", line.prefix())
                .put("createdAt", Json.time(line.createdAt())));
    return Json.wrap("keys", all);
  }

  private void create(RoutingContext ctx) {
    String label = label(Requests.fields(ctx), "dashboard-key");
    Answers.when(
        ctx,
        201,
        keys.create(Authentication.tenant(ctx), label).map(made -> (JsonNode) shownOnce(made)));
  }

  private void delete(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    if (id.equals(ENVIRONMENT)) {
      throw new Refused(
          Refusal.INVALID_REQUEST,
          "The key from ASH_API_KEY is not stored; change the variable and start again");
    }
    Answers.ok(
        ctx,
        keys.delete(Authentication.tenant(ctx), uuid(id))
            .map(gone -> Json.object().put("ok", true)));
  }

  private void guard(RoutingContext ctx) {
    access
        .refusal(ctx.request().getHeader(HttpHeaders.AUTHORIZATION))
        .ifPresentOrElse(ctx::fail, ctx::next);
  }

  private void provision(RoutingContext ctx) {
    Fields body = Requests.fields(ctx);
    if (body.get("tenantId") == null) {
      throw new Refused(Refusal.INVALID_REQUEST, "Missing required field: tenantId");
    }
    String tenant = body.required("tenantId", 1, 255);
    String label = label(body, "platform-" + tenant);
    Answers.ok(
        ctx, keys.create(tenant, label).map(made -> shownOnce(made).put("tenantId", tenant)));
  }

  private static String label(Fields body, String otherwise) {
    String label = body.text("label", LONGEST_LABEL);
    if (label != null && label.indexOf('\0') >= 0) {
      body.problem("label", "must not contain a NUL character");
    }
    body.orThrow();
    return label == null ? otherwise : label;
  }

  private static ObjectNode shownOnce(Keys.Made made) {
    return Json.object().put("id", made.id().toString()).put("key", made.key().plain());
  }

  private static UUID uuid(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.NOT_FOUND, "API key not found");
    }
  }
}
