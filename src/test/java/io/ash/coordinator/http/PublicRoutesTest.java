package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.net.http.HttpResponse;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@Timeout(30)
class PublicRoutesTest {
  private DoorServer door;
  private Bodies bodies;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    bodies = new Bodies(Timers.of(vertx), 8 * Bodies.MIB);
    Router open = Router.router(vertx);
    Routes.get(open, "/health").handler(ctx -> Answers.json(ctx, 200, Json.object()));
    Router keyed = Router.router(vertx);
    Routes.get(keyed, "/api/things/:id")
        .handler(ctx -> Answers.json(ctx, 200, Json.object().put("id", ctx.pathParam("id"))));
    Routes.post(keyed, "/api/things")
        .handler(bodies.json())
        .handler(
            ctx -> {
              Fields fields = Requests.fields(ctx);
              String name = fields.required("name", 1, 10);
              Integer count = fields.integer("count", 1, 5);
              fields.orThrow();
              Answers.json(ctx, 201, Json.object().put("name", name).put("count", count));
            });
    Routes.get(keyed, "/api/broken").handler(ctx -> ctx.fail(new IllegalStateException("s3cret")));
    Routes.get(keyed, "/api/full")
        .handler(
            ctx ->
                Answers.ok(
                    ctx, Future.failedFuture(new Refused(Refusal.NO_CAPACITY, "No capacity"))));
    Routes.get(keyed, "/api/files/*")
        .handler(ctx -> Answers.json(ctx, 200, Json.object().put("rest", Requests.rest(ctx))));
    door = new DoorServer(vertx, Set.of()).open(open).keyed(keyed).start();
  }

  @AfterEach
  void close() throws Exception {
    door.close();
  }

  @Test
  void answersUnknownPathsByWhetherTheCallerHasAKey() throws Exception {
    HttpResponse<String> without = door.send("GET", "/api/nothing", null, "Authorization", "");
    HttpResponse<String> with = door.send("GET", "/api/nothing", null);
    problem(without, 401, "unauthorized", "Missing Authorization header");
    problem(with, 404, "not_found", "Route GET:/api/nothing not found");
  }

  @Test
  void answersOpenRoutesWithoutAKey() throws Exception {
    assertThat(door.send("GET", "/health?x=1", null, "Authorization", "").statusCode())
        .isEqualTo(200);
  }

  @Test
  void namesTheMethodsOfAPath() throws Exception {
    HttpResponse<String> answer = door.send("DELETE", "/api/things/7", null);
    problem(answer, 405, "method_not_allowed", "DELETE");
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void servesHeadForEveryGet() throws Exception {
    HttpResponse<String> answer = door.send("HEAD", "/api/things/7", null);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValue("Content-Length")).contains("10");
  }

  @Test
  void tellsEveryProblemOfABodyWithItsPath() throws Exception {
    HttpResponse<String> answer = door.send("POST", "/api/things", "{\"name\":5,\"count\":\"2\"}");
    problem(
        answer, 400, "invalid_request", "body/name must be a string; body/count must be a whole");
    JsonNode list = DoorServer.json(answer).get("validation");
    assertThat(list).hasSize(2);
    assertThat(list.get(1).get("path").textValue()).isEqualTo("body/count");
  }

  @Test
  void refusesWhatIsNoJson() throws Exception {
    problem(
        door.send("POST", "/api/things", "{\"name\":"),
        400,
        "invalid_request",
        "body must be valid JSON");
    problem(door.send("POST", "/api/things", "{} {}"), 400, "invalid_request", "body");
    problem(
        door.send("POST", "/api/things", "[1]"), 400, "invalid_request", "body must be an object");
    problem(
        door.send("POST", "/api/things", "[".repeat(100_000)), 400, "invalid_request", "deeper");
    problem(
        door.send("POST", "/api/things", "{\"name\":\"" + "x".repeat(11) + "\"}"),
        400,
        "invalid_request",
        "body/name must be at most 10");
  }

  @Test
  void takesAnEmptyBodyWithAJsonContentType() throws Exception {
    HttpResponse<String> answer =
        door.send("POST", "/api/things", "", "Content-Type", "application/json");
    problem(answer, 400, "invalid_request", "body/name is required");
  }

  @Test
  void refusesOtherMediaTypes() throws Exception {
    problem(
        door.send(
            "POST", "/api/things", "name=x", "Content-Type", "application/x-www-form-urlencoded"),
        415,
        "unsupported_media_type",
        "content-type");
  }

  @Test
  void ignoresUnknownFieldsAndNulls() throws Exception {
    HttpResponse<String> answer =
        door.send("POST", "/api/things", "{\"name\":\"a\",\"count\":null,\"more\":[1]}");
    assertThat(answer.statusCode()).isEqualTo(201);
  }

  @Test
  void refusesBodiesOverTheLimitHoweverTheyCome() throws Exception {
    String large = "{\"name\":\"" + "x".repeat((int) Bodies.MIB) + "\"}";
    problem(
        door.send("POST", "/api/things", large), 413, "too_large", "body must be at most 1048576");
    String chunked =
        door.raw(
            "POST /api/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ash_test\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + ("10000\r\n" + "y".repeat(0x10000) + "\r\n").repeat(20)
                + "0\r\n\r\n",
            "too_large");
    assertThat(chunked).startsWith("HTTP/1.1 413");
    assertThat(bodies.held()).isZero();
  }

  @Test
  void doesNotShowTheReasonOfAnInternalError() throws Exception {
    HttpResponse<String> answer = door.send("GET", "/api/broken", null, "X-Request-Id", "abc-1");
    problem(answer, 500, "internal_error", "Internal error");
    assertThat(answer.body()).doesNotContain("s3cret");
    assertThat(DoorServer.json(answer).get("requestId").textValue()).isEqualTo("abc-1");
    assertThat(answer.headers().firstValue("X-Request-Id")).contains("abc-1");
  }

  @Test
  void makesARequestIdWhereTheCallersIsNotHarmless() throws Exception {
    HttpResponse<String> answer = door.send("GET", "/health", null, "X-Request-Id", "a b{c}");
    assertThat(answer.headers().firstValue("X-Request-Id").orElse("")).hasSize(36);
  }

  @Test
  void saysWhenToTryAgain() throws Exception {
    HttpResponse<String> answer = door.send("GET", "/api/full", null);
    problem(answer, 503, "no_capacity", "No capacity");
    assertThat(answer.headers().firstValue("Retry-After")).contains("5");
    assertThat(DoorServer.json(answer).get("retryAfterSeconds").intValue()).isEqualTo(5);
  }

  @Test
  void refusesHeadsThatAreTooLong() throws Exception {
    assertThat(
            door.raw("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", "uri_too_long"))
        .contains(" 414 ")
        .contains("uri_too_long");
    assertThat(
            door.raw(
                "GET /health HTTP/1.1\r\nHost: x\r\nX-A: " + "a".repeat(60_000) + "\r\n\r\n",
                "headers_too_large"))
        .contains(" 431 ")
        .contains("headers_too_large");
  }

  @Test
  void refusesPathsThatCannotBeDecoded() throws Exception {
    assertThat(
            door.raw(
                "GET /api/things/%zz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ash_test\r\n\r\n",
                "requestId"))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void keepsTheRestOfAPathDecoded() throws Exception {
    HttpResponse<String> answer = door.send("GET", "/api/files/a%20b/c.txt", null);
    assertThat(DoorServer.json(answer).get("rest").textValue()).isEqualTo("a b/c.txt");
  }

  @Test
  void makesNoNewSeriesForNewPaths() throws Exception {
    for (int i = 0; i < 50; i++) {
      door.send("GET", "/api/things/" + i, null);
      door.send("GET", "/api/unknown/" + i, null);
    }
    assertThat(door.meters.find("ash.http.requests").timers()).hasSize(2);
  }

  static void problem(HttpResponse<String> answer, int status, String code, String message) {
    JsonNode body = DoorServer.json(answer);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(body.get("statusCode").intValue()).isEqualTo(status);
    assertThat(body.get("code").textValue()).isEqualTo(code);
    assertThat(body.get("message").textValue()).contains(message);
    assertThat(body.get("error")).isEqualTo(body.get("message"));
    assertThat(body.get("requestId").textValue()).isNotEmpty();
  }
}
