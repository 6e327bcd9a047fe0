package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.testing.AshServer;
import io.ash.testing.SseReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with two places: who waits makes way, is told, and comes back with what it knew. */
class FullHouseIT {
  @Test
  void makesWayAndComesBack(@TempDir Path directory) throws Exception {
    Map<String, String> settings =
        Map.of("ASH_MAX_SANDBOXES", "2", "ASH_MEMORY_OVERCOMMIT", "100", "ASH_BEAT_MS", "100");
    try (AshServer server = AshServer.start(directory.resolve("data"), settings)) {
      server.post("/api/agents", "{\"name\":\"echo\",\"builtin\":\"echo\"}");
      String first = create(server);
      say(server, first, "the first word");
      String second = create(server);
      String third = create(server);

      assertThat(status(server, first)).isEqualTo("paused");
      assertThat(status(server, second)).isEqualTo("active");
      assertThat(status(server, third)).isEqualTo("active");
      assertThat(server.call("GET", "/api/sessions/" + first + "/events", null).body())
          .contains("\\\"reason\\\":\\\"evicted\\\"");
      Awaitility.await()
          .atMost(10, TimeUnit.SECONDS)
          .untilAsserted(
              () -> {
                JsonNode pool = server.get("/health").get("pool");
                assertThat(pool.get("total").asInt()).isEqualTo(2);
                assertThat(pool.get("waiting").asInt()).isEqualTo(2);
                assertThat(server.call("GET", "/metrics", null).body())
                    .contains("\nash_pool_evicted_total 1\n");
              });

      assertThat(say(server, first, "and the second")).contains("the first word");
      assertThat(server.get("/health").at("/pool/maxCapacity").asInt()).isEqualTo(2);
      Awaitility.await()
          .atMost(10, TimeUnit.SECONDS)
          .untilAsserted(
              () ->
                  assertThat(server.call("GET", "/metrics", null).body())
                      .contains("\nash_resume_cold_total{source=\"cloud\"} 1\n"));
    }
  }

  @Test
  void refusesClearlyWhereEverythingRuns(@TempDir Path directory) throws Exception {
    Map<String, String> settings = Map.of("ASH_MAX_SANDBOXES", "1", "ASH_MEMORY_OVERCOMMIT", "100");
    try (AshServer server = AshServer.start(directory.resolve("data"), settings)) {
      server.post(
          "/api/agents",
          "{\"name\":\"slow\",\"builtin\":\"echo\",\"env\":{\"ECHO_PAUSE_MS\":\"60000\"}}");
      String running =
          server.post("/api/sessions", "{\"agent\":\"slow\"}").at("/session/id").asText();
      server.stream("POST", "/api/sessions/" + running + "/messages", "{\"content\":\"work\"}")
          .until("session_start");
      AshServer.Reply full = server.call("POST", "/api/sessions", "{\"agent\":\"slow\"}");
      assertThat(full.status()).isEqualTo(503);
      assertThat(full.json().get("error").asText())
          .startsWith("Sandbox capacity reached and no evictable sandboxes (all running)");
      assertThat(full.json().get("code").asText()).isEqualTo("no_capacity");
      assertThat(status(server, running)).isEqualTo("active");
    }
  }

  private static String create(AshServer server) throws Exception {
    return server.post("/api/sessions", "{\"agent\":\"echo\"}").at("/session/id").asText();
  }

  private static String status(AshServer server, String session) throws Exception {
    return server.get("/api/sessions/" + session).at("/session/status").asText();
  }

  private static String say(AshServer server, String session, String text) {
    SseReader turn =
        server.stream(
            "POST", "/api/sessions/" + session + "/messages", "{\"content\":\"" + text + "\"}");
    turn.untilOver();
    return turn.frames().toString();
  }
}
