package io.ash.coordinator.http;

import io.ash.coordinator.auth.Caller;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lets only callers with a key through and remembers whose request it is. */
public final class Authentication implements Handler<RoutingContext> {
  private static final String KEY = "ash.caller";
  private final Function<@Nullable String, Future<Caller>> keys;

  /**
   * Asks {@code keys} about each request.
   *
   * @param keys takes the Authorization header; fails with a refusal
   */
  public Authentication(Function<@Nullable String, Future<Caller>> keys) {
    this.keys = keys;
  }

  @Override
  public void handle(RoutingContext ctx) {
    admit(ctx, keys.apply(ctx.request().getHeader(HttpHeaders.AUTHORIZATION)));
  }

  /** Goes on as the caller that is found; the body waits meanwhile. */
  static void admit(RoutingContext ctx, Future<Caller> found) {
    ctx.request().pause();
    found.onComplete(
        result -> {
          if (result.succeeded()) {
            ctx.put(KEY, result.result());
            ctx.next();
          } else {
            ctx.fail(result.cause());
          }
          ctx.request().resume();
        });
  }

  /** Whose request it is. */
  static Caller caller(RoutingContext ctx) {
    Caller caller = ctx.get(KEY);
    if (caller == null) {
      throw new IllegalStateException("a route without authentication asked for its caller");
    }
    return caller;
  }

  /** The tenant of {@link #caller}. */
  static String tenant(RoutingContext ctx) {
    return caller(ctx).tenant();
  }
}
