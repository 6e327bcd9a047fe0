package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.model.SessionId;
import io.ash.testing.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(VertxExtension.class)
@Timeout(60)
class SessionDoorIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();
  private SessionDoor house;
  private DoorServer door;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    postgres.execute("truncate head, event, turn, delta_0, delta_1, delta_2, delta_3, runner");
    postgres.execute("delete from session");
    house = new SessionDoor(vertx, postgres);
    door = house.door;
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void showsASessionWithItsSettings() throws Exception {
    HttpResponse<String> created =
        door.send(
            "POST",
            "/api/sessions",
            "{\"agent\":\"a\",\"model\":\"m\",\"allowedTools\":[\"Bash\"],\"extraEnv\":{\"K\":\"s3\"}}");
    JsonNode s = DoorServer.json(created).path("session");
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(s.path("status").asText()).isEqualTo("active");
    assertThat(s.path("sandboxId")).isEqualTo(s.path("id"));
    assertThat(s.path("model").asText()).isEqualTo("m");
    assertThat(Json.text(s.path("config"))).isEqualTo("{\"allowedTools\":[\"Bash\"]}");
    assertThat(s.path("runtime").path("kind").asText()).isEqualTo("jsonl");
    assertThat(Json.text(s.path("facts"))).isEqualTo("{\"ready\":true}");
    assertThat(s.path("createdAt").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:]{8}\\.\\d{3}Z");
    assertThat(s.path("parentSessionId").isNull()).isTrue();
    assertThat(created.body()).doesNotContain("s3");
    String id = s.path("id").asText();
    assertThat(
            DoorServer.json(door.send("GET", "/api/sessions/" + id, null))
                .path("session")
                .path("id")
                .asText())
        .isEqualTo(id);
    HttpResponse<String> patched =
        door.send("PATCH", "/api/sessions/" + id + "/config", "{\"model\":null,\"betas\":[\"b\"]}");
    assertThat(Json.text(DoorServer.json(patched).path("session").path("config")))
        .isEqualTo("{\"allowedTools\":[\"Bash\"],\"betas\":[\"b\"]}");
    assertThat(DoorServer.json(patched).path("session").path("model").isNull()).isTrue();
  }

  @Test
  void hidesSessionsOfOtherTenants() throws Exception {
    String id = house.create();
    String[] other = {"Authorization", SessionDoor.OTHER_TENANT};
    for (String path : new String[] {"", "/messages", "/events", "/stream", "/files", "/logs"}) {
      assertThat(door.send("GET", "/api/sessions/" + id + path, null, other).statusCode())
          .isEqualTo(404);
    }
    assertThat(door.send("DELETE", "/api/sessions/" + id, null, other).statusCode()).isEqualTo(404);
    assertThat(DoorServer.json(door.send("GET", "/api/sessions", null, other)).path("sessions"))
        .isEmpty();
  }

  @Test
  void listsInPagesWithATotal() throws Exception {
    String first = house.create();
    house.create();
    String third = house.create();
    door.send("POST", "/api/sessions/" + first + "/pause", null);
    JsonNode page =
        DoorServer.json(door.send("GET", "/api/sessions?limit=1&includeTotal=true&agent=a", null));
    assertThat(page.path("total").asInt()).isEqualTo(3);
    assertThat(page.path("sessions")).hasSize(1);
    assertThat(page.path("sessions").get(0).path("id").asText()).isEqualTo(third);
    JsonNode paused = DoorServer.json(door.send("GET", "/api/sessions?status=paused", null));
    assertThat(paused.path("sessions")).hasSize(1);
    assertThat(paused.has("total")).isFalse();
    assertThat(DoorServer.json(door.send("GET", "/api/sessions?offset=3", null)).path("sessions"))
        .isEmpty();
  }

  @Test
  void streamsOneTurnThenItsHistory() throws Exception {
    String id = house.create();
    HttpResponse<String> answer = exchange(id, "{\"content\":\"hi\"}", 1, "ho");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
    assertThat(answer.body())
        .containsSubsequence(
            "event: session_start\ndata: {\"sessionId\":\"" + id + "\",\"version\":\"1.2.3\"",
            "id: 3\nevent: message\ndata: {\"type\":\"assistant\"",
            "id: 4\nevent: done\ndata: {\"sessionId\":\"" + id + "\"");
    JsonNode messages =
        DoorServer.json(door.send("GET", "/api/sessions/" + id + "/messages", null))
            .path("messages");
    assertThat(messages).hasSize(2);
    assertThat(messages.get(0).path("content").asText())
        .isEqualTo("{\"type\":\"user\",\"content\":\"hi\"}");
    JsonNode events =
        DoorServer.json(door.send("GET", "/api/sessions/" + id + "/events", null)).path("events");
    assertThat(events)
        .extracting(e -> e.path("type").asText())
        .containsExactly("lifecycle", "text");
    assertThat(events.get(1).path("sequence").asLong()).isEqualTo(3000);
    assertThat(
            DoorServer.json(
                    door.send("GET", "/api/sessions/" + id + "/events?after=1000&type=text", null))
                .path("events"))
        .hasSize(1);
  }

  @Test
  void startsOneTurnForOneIdempotencyKey() throws Exception {
    String id = house.create();
    String path = "/api/sessions/" + id + "/messages";
    HttpResponse<String> first = exchange(id, "{\"content\":\"hi\"}", 1, "ho");
    String key = "k-1";
    CompletableFuture<HttpResponse<String>> sent = async(id, "{\"content\":\"again\"}", key);
    await().until(() -> house.runner.turns().size() == 2);
    SessionDoor.done(house.runner.answer(SessionId.of(id), 2, "yes"));
    String body = sent.join().body();
    assertThat(door.send("POST", path, "{\"content\":\"again\"}", "Idempotency-Key", key).body())
        .contains("yes")
        .contains("event: done");
    assertThat(house.runner.turns()).hasSize(2);
    assertThat(body).contains("yes").isNotEqualTo(first.body());
    HttpResponse<String> other =
        door.send("POST", path, "{\"content\":\"other\"}", "Idempotency-Key", key);
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(DoorServer.json(other).path("code").asText()).isEqualTo("idempotency_mismatch");
  }

  @Test
  void readsAStreamWithATicketOnceAndAgainFromWhereItWas() throws Exception {
    String id = house.create();
    JsonNode ticket =
        DoorServer.json(door.send("POST", "/api/sessions/" + id + "/stream-ticket", null));
    String request = "GET " + ticket.path("url").asText() + " HTTP/1.1\r\nHost: x\r\n";
    assertThat(door.raw(request + "\r\n", "caught_up")).contains("id: 1\n");
    assertThat(door.raw(request + "\r\n", "requestId")).startsWith("HTTP/1.1 401");
    assertThat(door.raw(request + "Last-Event-ID: 1\r\n\r\n", "caught_up"))
        .startsWith("HTTP/1.1 200")
        .doesNotContain("id: 1\n");
    String other = house.create();
    assertThat(door.raw(request.replace(id, other) + "Last-Event-ID: 1\r\n\r\n", "requestId"))
        .startsWith("HTTP/1.1 401");
  }

  @Test
  void endsTheStreamOfASessionThatEndedForGood() throws Exception {
    String id = house.create();
    assertThat(door.send("DELETE", "/api/sessions/" + id, null).statusCode()).isEqualTo(200);
    HttpResponse<String> all = door.send("GET", "/api/sessions/" + id + "/stream", null);
    assertThat(all.body()).contains("lifecycle").contains("\"reason\":\"ended\"");
    String last =
        DoorServer.json(door.send("GET", "/api/sessions/" + id, null))
            .path("session")
            .path("lastEventId")
            .asText();
    assertThat(
            door.send("GET", "/api/sessions/" + id + "/stream", null, "Last-Event-ID", last)
                .statusCode())
        .isEqualTo(204);
    PublicRoutesTest.problem(
        door.send("POST", "/api/sessions/" + id + "/messages", "{\"content\":\"x\"}"),
        400,
        "wrong_state",
        "Session is ended");
    PublicRoutesTest.problem(
        door.send("POST", "/api/sessions/" + id + "/resume", ""),
        410,
        "session_ended",
        "Session has ended — create a new session");
    PublicRoutesTest.problem(
        door.send("POST", "/api/sessions/" + id + "/pause", null),
        400,
        "wrong_state",
        "Cannot pause session with status \"ended\"");
    PublicRoutesTest.problem(
        door.send("POST", "/api/sessions/" + id + "/exec", "{\"command\":\"ls\"}"),
        400,
        "wrong_state",
        "Session is ended");
  }

  @Test
  void answersHealthAndMetricsWithoutAKey() throws Exception {
    HttpResponse<String> health = door.send("GET", "/health?x=1", null, "Authorization", "");
    assertThat(health.statusCode()).isEqualTo(503);
    assertThat(DoorServer.json(health).path("status").asText()).isEqualTo("starting");
    assertThat(door.send("GET", "/health/live", null, "Authorization", "").statusCode())
        .isEqualTo(200);
    HttpResponse<String> metrics = door.send("GET", "/metrics", null, "Authorization", "");
    assertThat(metrics.body()).contains("# TYPE ash_up gauge\nash_up 1\n");
    assertThat(metrics.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void runsACommandBesideTheAgent() throws Exception {
    String id = house.create();
    JsonNode result =
        DoorServer.json(
            door.send("POST", "/api/sessions/" + id + "/exec", "{\"command\":\"echo\"}"));
    assertThat(result.path("exitCode").asInt()).isZero();
    assertThat(result.path("stdout").asText()).isEqualTo("echo");
  }

  @Test
  void keepsATurnRunningWhenItsReaderLeaves() throws Exception {
    String id = house.create();
    String request =
        "POST /api/sessions/"
            + id
            + "/messages HTTP/1.1\r\nHost: x\r\nAuthorization: "
            + DoorServer.KEY
            + "\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"content\":\"hi\"}";
    door.raw(request, "session_start");
    await().until(() -> house.streams.size() == 0);
    assertThat(house.bodies.held()).isZero();
    SessionDoor.done(house.runner.answer(SessionId.of(id), 1, "still here"));
    assertThat(door.send("GET", "/api/sessions/" + id + "/messages", null).body())
        .contains("still here");
  }

  private HttpResponse<String> exchange(String id, String body, int turn, String text)
      throws Exception {
    CompletableFuture<HttpResponse<String>> answer = async(id, body, "");
    await().until(() -> house.runner.turns().size() == turn);
    SessionDoor.done(house.runner.answer(SessionId.of(id), turn, text));
    return answer.join();
  }

  private CompletableFuture<HttpResponse<String>> async(String id, String body, String key) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return door.send(
                "POST", "/api/sessions/" + id + "/messages", body, "Idempotency-Key", key);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
