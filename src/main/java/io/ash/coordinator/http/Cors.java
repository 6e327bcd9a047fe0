package io.ash.coordinator.http;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Lets browsers of other origins in, streams included.
 *
 * <p>Without a list any origin may call, but never with credentials of the browser (keys travel in
 * the Authorization header, which scripts set themselves). With a list only those origins may, and
 * with credentials.
 */
final class Cors implements Handler<RoutingContext> {
  private static final Pattern HEADER_LIST = Pattern.compile("[A-Za-z0-9_, -]{1,1000}");
  private static final String EXPOSED =
      "X-Request-Id, Retry-After, X-Ash-Source, Content-Disposition, Allow";
  private final Set<String> origins;

  /** {@code origins} empty: any. */
  Cors(Set<String> origins) {
    this.origins = Set.copyOf(origins);
  }

  @Override
  public void handle(RoutingContext ctx) {
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    MultiMap headers = ctx.response().headers();
    boolean allowed = origin != null && (origins.isEmpty() || origins.contains(origin));
    if (!origins.isEmpty()) {
      headers.add(HttpHeaders.VARY, "Origin");
    }
    if (allowed && origins.isEmpty()) {
      headers.set("Access-Control-Allow-Origin", "*");
    } else if (allowed) {
      headers.set("Access-Control-Allow-Origin", origin);
      headers.set("Access-Control-Allow-Credentials", "true");
    }
    if (allowed) {
      headers.set("Access-Control-Expose-Headers", EXPOSED);
    }
    boolean preflight =
        ctx.request().method().equals(HttpMethod.OPTIONS)
            && origin != null
            && ctx.request().getHeader("Access-Control-Request-Method") != null;
    if (!preflight) {
      ctx.next();
      return;
    }
    if (allowed) {
      headers.set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
      String asked = ctx.request().getHeader("Access-Control-Request-Headers");
      if (asked != null && HEADER_LIST.matcher(asked).matches()) {
        headers.set("Access-Control-Allow-Headers", asked);
        headers.add(HttpHeaders.VARY, "Access-Control-Request-Headers");
      }
      headers.set("Access-Control-Max-Age", "600");
    }
    ctx.response().setStatusCode(204).end();
  }
}
