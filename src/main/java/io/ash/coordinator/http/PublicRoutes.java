package io.ash.coordinator.http;

import io.ash.time.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The whole public door as one router: request id, CORS, open routes, authentication, keyed routes,
 * and an answer for everything else.
 */
public final class PublicRoutes {
  private final Vertx vertx;
  private final HttpConfig config;
  private final Problems problems;
  private final HttpMeters meters;
  private final List<Router> open = new ArrayList<>();
  private final List<Router> keyed = new ArrayList<>();

  public PublicRoutes(
      Vertx vertx, HttpConfig config, Problems problems, MeterRegistry meters, Ticker ticker) {
    this.vertx = vertx;
    this.config = config;
    this.problems = problems;
    this.meters = new HttpMeters(meters, ticker);
  }

  /** Adds routes that need no key, or look after that themselves. */
  public PublicRoutes open(Router group) {
    open.add(group);
    return this;
  }

  /** Adds routes that only a caller with a key reaches. */
  public PublicRoutes keyed(Router group) {
    keyed.add(group);
    return this;
  }

  /** Every operation added so far, as {@code "GET /api/sessions/:id"}. */
  public Set<String> operations() {
    return templates().operations();
  }

  /** Joins the groups behind {@code authentication}. */
  public Router router(Handler<RoutingContext> authentication) {
    Templates templates = templates();
    Router root = Router.router(vertx);
    root.route().failureHandler(problems);
    root.route().handler(new RequestIds());
    root.route()
        .handler(
            ctx -> {
              templates.note(ctx);
              meters.watch(ctx);
              secure(ctx);
              ctx.next();
            });
    root.route().handler(new Cors(config.origins()));
    open.forEach(group -> root.route("/*").subRouter(group));
    root.route().handler(authentication);
    keyed.forEach(group -> root.route("/*").subRouter(group));
    root.route().handler(ctx -> unrouted(ctx, templates));
    return root;
  }

  private Templates templates() {
    List<Router> all = new ArrayList<>(open);
    all.addAll(keyed);
    return new Templates(all);
  }

  private static void secure(RoutingContext ctx) {
    ctx.response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }

  private static void unrouted(RoutingContext ctx, Templates templates) {
    String method = ctx.request().method().name();
    Set<String> methods = templates.methods(ctx.normalizedPath());
    if (methods.isEmpty()) {
      throw new Declined(
          404, "not_found", "Route " + method + ":" + ctx.request().path() + " not found");
    }
    ctx.response().putHeader("Allow", String.join(", ", methods));
    throw new Declined(
        405,
        "method_not_allowed",
        "Method " + method + " is not allowed here; allowed: " + String.join(", ", methods));
  }
}
