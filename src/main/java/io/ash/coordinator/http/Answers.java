package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/** Renders one answer. */
final class Answers {
  private Answers() {}

  /** Sends JSON with a status. */
  static void json(RoutingContext ctx, int status, JsonNode body) {
    if (ctx.response().closed() || ctx.response().ended()) {
      return;
    }
    ctx.response().setStatusCode(status);
    ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    bytes(ctx, "application/json; charset=utf-8", Buffer.buffer(Json.text(body)));
  }

  /** Sends {@code body} with the status set before; a HEAD request gets its length only. */
  static void bytes(RoutingContext ctx, String contentType, Buffer body) {
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    ctx.response().putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    if (ctx.request().method().equals(HttpMethod.HEAD)) {
      ctx.response().end();
    } else {
      ctx.response().end(body);
    }
  }

  /** Sends what the future gives, or hands its failure to the problem renderer. */
  static void when(RoutingContext ctx, int status, Future<? extends JsonNode> answer) {
    answer
        .map(
            body -> {
              json(ctx, status, body);
              return body;
            })
        .onFailure(ctx::fail);
  }

  /** Sends what the future gives with 200. */
  static void ok(RoutingContext ctx, Future<? extends JsonNode> answer) {
    when(ctx, 200, answer);
  }
}
