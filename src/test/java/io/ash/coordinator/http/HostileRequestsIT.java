package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.testing.TestPostgres;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class HostileRequestsIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();
  private static final String NOBODY = "/api/sessions/00000000-0000-4000-8000-000000000000";
  private static Vertx vertx;
  private static SessionDoor house;
  private static String session;

  @BeforeAll
  static void open() throws Exception {
    vertx = Vertx.vertx();
    house = new SessionDoor(vertx, postgres);
    session = house.create();
  }

  @AfterAll
  static void close() throws Exception {
    house.close();
    SessionDoor.done(vertx.close());
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        bad("POST /api/sessions", "{", 400, "body must be valid JSON"),
        bad("POST /api/sessions", "", 400, "body/agent is required"),
        bad("POST /api/sessions", "[]", 400, "body must be an object"),
        bad("POST /api/sessions", "{\"agent\":7}", 400, "body/agent must be a string"),
        bad("POST /api/sessions", "{\"agent\":\"\"}", 400, "body/agent"),
        bad("POST /api/sessions", "{\"agent\":\"" + "x".repeat(256) + "\"}", 400, "body/agent"),
        bad("POST /api/sessions", "{\"agent\":\"nope\"}", 404, "Agent \"nope\" not found"),
        bad("POST /api/sessions", a("\"model\":1"), 400, "body/model must be a string"),
        bad("POST /api/sessions", a("\"extraEnv\":{\"A\":1}"), 400, "body/extraEnv/A"),
        bad("POST /api/sessions", a("\"extraEnv\":{\"A=B\":\"\"}"), 400, "body/extraEnv"),
        bad("POST /api/sessions", a("\"extraEnv\":{\"A\":\"\\u0000\"}"), 400, "NUL"),
        bad("POST /api/sessions", a("\"permissionMode\":\"x\""), 400, "body/permissionMode"),
        bad("POST /api/sessions", a("\"allowedTools\":\"x\""), 400, "body/allowedTools"),
        bad("POST /api/sessions", a("\"allowedTools\":[1]"), 400, "body/allowedTools/0"),
        bad("POST /api/sessions", a("\"subagents\":[]"), 400, "body/subagents"),
        bad("POST /api/sessions", a("\"mcpServers\":{\"s\":{}}"), 400, "body/mcpServers/s"),
        bad("POST /api/sessions", a("\"limits\":{\"memoryMb\":0}"), 400, "body/limits/memoryMb"),
        bad(
            "POST /api/sessions",
            a("\"limits\":{\"diskMb\":4096}"),
            400,
            "limits.diskMb asks for 4096"),
        bad("POST /api/sessions", a("\"credentialId\":\"c\""), 400, "credential"),
        bad("GET /api/sessions?status=happy", null, 400, "querystring/status"),
        bad("GET /api/sessions?limit=0", null, 400, "querystring/limit"),
        bad("GET /api/sessions?limit=ten", null, 400, "querystring/limit"),
        bad("GET /api/sessions?limit=1&limit=2", null, 400, "querystring/limit"),
        bad("GET /api/sessions?offset=-1", null, 400, "querystring/offset"),
        bad("GET /api/sessions?includeTotal=maybe", null, 400, "querystring/includeTotal"),
        bad("GET /api/sessions/7", null, 400, "params/id must be a UUID"),
        bad("GET " + NOBODY, null, 404, "Session not found"),
        bad("DELETE " + NOBODY, null, 404, "Session not found"),
        bad("POST " + NOBODY + "/pause", null, 404, "Session not found"),
        bad("POST " + NOBODY + "/resume", "", 404, "Session not found"),
        bad("POST " + NOBODY + "/stop", "{}", 404, "Session not found"),
        bad("POST " + NOBODY + "/fork", "{}", 404, "Session not found"),
        bad("POST " + NOBODY + "/interrupt", "{}", 404, "Session not found"),
        bad("POST " + NOBODY + "/stream-ticket", "{}", 404, "Session not found"),
        bad("GET " + NOBODY + "/stream", null, 404, "Session not found"),
        bad("GET " + NOBODY + "/messages", null, 404, "Session not found"),
        bad("GET " + NOBODY + "/events", null, 404, "Session not found"),
        bad("GET " + NOBODY + "/logs", null, 404, "Session not found"),
        bad("GET " + NOBODY + "/files", null, 404, "Session not found"),
        bad("GET " + NOBODY + "/workspace", null, 404, "Session not found"),
        bad("POST " + NOBODY + "/messages", "{\"content\":\"x\"}", 404, "Session not found"),
        bad("POST " + NOBODY + "/exec", "{\"command\":\"x\"}", 404, "Session not found"),
        bad("PATCH $/config", "", 400, "body must be an object"),
        bad("PATCH $/config", "{\"model\":[]}", 400, "body/model"),
        bad("POST $/messages", "{}", 400, "body/content is required"),
        bad("POST $/messages", "{\"content\":5}", 400, "body/content must be a string or"),
        bad("POST $/messages", "{\"content\":\"\"}", 400, "body/content"),
        bad("POST $/messages", "{\"content\":[]}", 400, "body/content"),
        bad("POST $/messages", "{\"content\":[\"x\"]}", 400, "body/content/0 must be an object"),
        bad("POST $/messages", "{\"content\":[{\"type\":\"x\"}]}", 400, "body/content/0/type"),
        bad("POST $/messages", "{\"content\":[{\"type\":\"text\"}]}", 400, "body/content/0/text"),
        bad(
            "POST $/messages",
            "{\"content\":\"" + "x".repeat(500_001) + "\"}",
            400,
            "body/content"),
        bad(
            "POST $/messages",
            "{\"content\":" + "[".repeat(300) + "]".repeat(300) + "}",
            400,
            "deeper"),
        bad("POST $/messages", m("\"maxTurns\":0"), 400, "body/maxTurns"),
        bad("POST $/messages", m("\"maxTurns\":1.5"), 400, "body/maxTurns"),
        bad("POST $/messages", m("\"maxBudgetUsd\":-1"), 400, "body/maxBudgetUsd"),
        bad("POST $/messages", m("\"effort\":\"huge\""), 400, "body/effort"),
        bad("POST $/messages", m("\"thinking\":true"), 400, "body/thinking"),
        bad("POST $/messages", m("\"outputFormat\":{}"), 400, "body/outputFormat/type"),
        bad("POST $/messages", m("\"whenBusy\":\"x\""), 400, "body/whenBusy"),
        bad("POST $/messages", m("\"includePartialMessages\":\"true\""), 400, "includePartial"),
        bad("GET $/messages?limit=1001", null, 400, "querystring/limit"),
        bad("GET $/events?type=nothing", null, 400, "querystring/type"),
        bad("GET $/events?after=-1", null, 400, "querystring/after"),
        bad("GET $/logs?after=-2", null, 400, "querystring/after"),
        bad("GET $/stream?after=x", null, 400, "querystring/after"),
        bad("GET $/stream?ticket=x", null, 401, "ticket"),
        bad("POST $/exec", "{\"command\":\"\"}", 400, "body/command"),
        bad("POST $/exec", "{\"command\":\"a\\u0000b\"}", 400, "body/command"),
        bad("POST $/exec", "{\"command\":\"a\",\"timeout\":300001}", 400, "body/timeout"),
        bad("GET $/files?includeHidden=2", null, 400, "querystring/includeHidden"),
        bad("GET $/files/a?format=xml", null, 400, "querystring/format"),
        bad("GET $/files/..%2Fetc", null, 400, "Invalid file path"),
        bad("GET $/files/a%00b", null, 400, "NUL"),
        bad("DELETE $/files/..%2Fetc", null, 400, "Invalid file path"),
        bad("DELETE $/files/", null, 400, "File path required"),
        bad("POST $/files", "{}", 400, "body/files is required"),
        bad("POST $/files", "{\"files\":[]}", 400, "body/files"),
        bad(
            "POST $/files",
            "{\"files\":[{\"path\":\"a\",\"content\":\"*\"}]}",
            400,
            "body/files/0/content"),
        bad(
            "POST $/files",
            "{\"files\":[{\"path\":1,\"content\":\"\"}]}",
            400,
            "body/files/0/path"),
        bad("POST $/workspace", "{}", 400, "body/bundle is required"),
        bad("POST $/workspace", "{\"bundle\":\"\"}", 400, "Empty bundle"),
        bad("POST $/workspace", "{\"bundle\":\"YWJj\"}", 400, "not a gzip file"),
        bad("PUT $", "{}", 405, "Method PUT"),
        bad("GET /api/nothing", null, 404, "Route GET:/api/nothing not found"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("requests")
  void refusesWithACodeAndNamesTheField(String request, String body, int status, String text)
      throws Exception {
    String[] parts = request.replace("$", "/api/sessions/" + session).split(" ", 2);
    HttpResponse<String> answer = house.door.send(parts[0], parts[1], body);
    JsonNode problem = DoorServer.json(answer);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(problem.path("message").asText()).contains(text);
    assertThat(problem.path("code").asText()).matches("[a-z0-9_]+");
    assertThat(problem.path("requestId").asText()).isNotEmpty();
    JsonNode after =
        DoorServer.json(house.door.send("GET", "/api/sessions/" + session, null)).path("session");
    assertThat(after.path("status").asText()).isEqualTo("active");
    assertThat(after.path("lastEventId").asText()).isEqualTo("1");
  }

  private static Arguments bad(String request, String body, int status, String text) {
    return Arguments.of(request, body, status, text);
  }

  private static String a(String more) {
    return "{\"agent\":\"a\"," + more + "}";
  }

  private static String m(String more) {
    return "{\"content\":\"x\"," + more + "}";
  }
}
