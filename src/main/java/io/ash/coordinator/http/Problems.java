package io.ash.coordinator.http;

import io.ash.coordinator.store.DatabaseFailure;
import io.ash.coordinator.store.OutcomeUnknown;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renders every error of the public door: {@code {error, statusCode, message, code, requestId}} and
 * what helps. What nobody expected is a 500 with its stack in the log under the same request id.
 */
public final class Problems implements Handler<RoutingContext> {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  @Override
  public void handle(RoutingContext ctx) {
    Throwable failure = ctx.failure();
    Problem problem = problem(failure, ctx.statusCode());
    String requestId = RequestIds.of(ctx);
    if (problem.status() >= 500) {
      LOG.atLevel(
              problem.status() == 503 || problem.status() == 507
                  ? org.slf4j.event.Level.WARN
                  : org.slf4j.event.Level.ERROR)
          .addKeyValue("request", requestId)
          .addKeyValue("method", ctx.request().method())
          .addKeyValue("route", Templates.of(ctx))
          .addKeyValue("code", problem.code())
          .setCause(failure instanceof Refused ? null : failure)
          .log("request failed");
    }
    HttpServerResponse response = ctx.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      response.reset();
      return;
    }
    if (problem.retryAfterSeconds() > 0) {
      response.putHeader("Retry-After", Integer.toString(problem.retryAfterSeconds()));
    }
    if (problem.status() == 401) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    Answers.json(ctx, problem.status(), problem.json(requestId));
  }

  /** What a failure looks like to a client; {@code status} counts where there is no exception. */
  Problem problem(@Nullable Throwable failure, int status) {
    if (failure instanceof Invalid invalid) {
      return new Problem(
          400,
          Refusal.INVALID_REQUEST.code(),
          String.valueOf(invalid.getMessage()),
          0,
          invalid.violations());
    }
    if (failure instanceof Declined declined) {
      return declined.problem();
    }
    Refused refused = failure instanceof Refused r ? r : translated(failure);
    if (refused != null) {
      return new Problem(
          Refusals.status(refused.refusal()),
          refused.refusal().code(),
          refused.text(),
          Refusals.retryAfterSeconds(refused.refusal()),
          List.of());
    }
    if (failure == null && PLAIN.containsKey(status)) {
      return PLAIN.get(status);
    }
    if (status == 400) {
      return new Problem(400, Refusal.INVALID_REQUEST.code(), "The request path cannot be decoded");
    }
    return new Problem(
        500, "internal_error", "Internal error; the server log names this request id");
  }

  private static @Nullable Refused translated(@Nullable Throwable failure) {
    if (failure instanceof OutcomeUnknown) {
      return new Refused(
          Refusal.OUTCOME_UNKNOWN,
          "The database did not answer in time: this may have been done or not; look before you try"
              + " again");
    }
    if (failure instanceof DatabaseFailure) {
      return new Refused(Refusal.UNAVAILABLE, "The database is not available; try again");
    }
    return null;
  }

  private static final Map<Integer, Problem> PLAIN =
      Map.of(
          400, new Problem(400, Refusal.INVALID_REQUEST.code(), "The request cannot be understood"),
          404, new Problem(404, Refusal.NOT_FOUND.code(), "Not found"),
          413, new Problem(413, Refusal.TOO_LARGE.code(), "The request body is too large"),
          414, new Problem(414, "uri_too_long", "The request line is longer than 8192 bytes"),
          431, new Problem(431, "headers_too_large", "The headers are larger than 32768 bytes"));

  /** Answers a request that is no proper HTTP; for {@code HttpServer.invalidRequestHandler}. */
  public static void refuseMalformed(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    String type = cause == null ? "" : cause.getClass().getSimpleName();
    int status = type.contains("LongHttpHeader") ? 431 : type.contains("LongHttpLine") ? 414 : 400;
    Buffer body = Buffer.buffer(Json.text(PLAIN.get(status).json(UUID.randomUUID().toString())));
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json; charset=utf-8")
        .putHeader("Connection", "close")
        .end(body)
        .onComplete(done -> request.connection().close());
  }
}
