package io.ash.coordinator.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Gives every request its id: the caller's {@code X-Request-Id} where that is short and harmless, a
 * new one otherwise. It is echoed, logged and part of every error.
 */
final class RequestIds implements Handler<RoutingContext> {
  private static final String HEADER = "X-Request-Id";
  private static final String KEY = "ash.request";
  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,128}");

  @Override
  public void handle(RoutingContext ctx) {
    String sent = ctx.request().getHeader(HEADER);
    String id = sent != null && SAFE.matcher(sent).matches() ? sent : UUID.randomUUID().toString();
    ctx.put(KEY, id);
    ctx.response().putHeader(HEADER, id);
    ctx.next();
  }

  /** The id of a request; made on the spot for one that failed before it got its own. */
  static String of(RoutingContext ctx) {
    String id = ctx.get(KEY);
    return id == null ? UUID.randomUUID().toString() : id;
  }
}
