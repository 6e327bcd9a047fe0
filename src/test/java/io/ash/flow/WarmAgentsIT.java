package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.testing.AshServer;
import io.ash.testing.SseReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that want sandboxes kept ready, on a whole server. */
class WarmAgentsIT {
  private static final String SCRIPT =
      """
      while IFS= read -r line; do
        case $line in
          *'"type":"user.message"'*)
            printf '{"type":"message","text":"%s"}\\n{"type":"done"}\\n' "${SECRET:-none}" ;;
        esac
      done
      """;

  @Test
  void keepsSandboxesReadyAndReplacesThoseTaken(@TempDir Path directory) throws Exception {
    Map<String, String> settings = Map.of("ASH_BEAT_MS", "100", "ASH_MEMORY_OVERCOMMIT", "100");
    try (AshServer server = AshServer.start(directory.resolve("data"), settings)) {
      deploy(server, "plain", 2, "{}");
      awaitPool(server, "warm", 2);
      String session = create(server, "plain");
      assertThat(say(server, session)).contains("none");
      awaitPool(server, "preWarmHits", 1);
      awaitPool(server, "warm", 2);
      assertThat(server.call("GET", "/metrics", null).body())
          .contains("\nash_resume_total{path=\"prewarm\"} 1\n");

      server.call("PATCH", "/api/agents/plain/config", "{\"preWarmCount\":0}").ok();
      awaitPool(server, "warm", 0);
      server.call("PATCH", "/api/agents/plain/config", "{\"preWarmCount\":1}").ok();
      awaitPool(server, "warm", 1);
      assertThat(server.call("DELETE", "/api/agents/plain", null).status()).isEqualTo(200);
      awaitPool(server, "warm", 0);
      assertThat(say(server, session)).contains("none");
    }
  }

  @Test
  void holdsNoSecretBeforeItsSession(@TempDir Path directory) throws Exception {
    Map<String, String> settings = Map.of("ASH_BEAT_MS", "100", "ASH_MEMORY_OVERCOMMIT", "100");
    Path data = directory.resolve("data");
    try (AshServer server = AshServer.start(data, settings)) {
      deploy(server, "secretive", 1, "{\"SECRET\":\"hunter-two\"}");
      awaitPool(server, "warm", 1);
      for (ProcessHandle child : server.process().descendants().toList()) {
        assertThat(environment(child.pid())).doesNotContain("hunter-two");
      }
      String session = create(server, "secretive");
      assertThat(say(server, session)).contains("hunter-two");
      awaitPool(server, "preWarmHits", 1);
    }
  }

  private static String environment(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
    } catch (java.io.IOException e) {
      return ""; // it ended meanwhile
    }
  }

  private static void deploy(AshServer server, String name, int warm, String env) throws Exception {
    String yaml = "runtime: jsonl\ncommand: [sh, agent.sh]\nnetwork: {mode: none}\nwarm: " + warm;
    String files =
        List.of(file("CLAUDE.md", "Answer."), file("agent.sh", SCRIPT), file("ash.yaml", yaml))
            .toString();
    server.post(
        "/api/agents", "{\"name\":\"" + name + "\",\"files\":" + files + ",\"env\":" + env + "}");
  }

  private static String file(String path, String text) {
    String content = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    return "{\"path\":\"" + path + "\",\"content\":\"" + content + "\"}";
  }

  private static void awaitPool(AshServer server, String key, int value) {
    Awaitility.await(key + " " + value)
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(
            () -> {
              JsonNode pool = server.get("/health").get("pool");
              assertThat(pool.get(key).asInt()).as(pool.toString()).isEqualTo(value);
              assertThat(pool.get("total").asInt())
                  .isEqualTo(
                      pool.get("warming").asInt()
                          + pool.get("warm").asInt()
                          + pool.get("waiting").asInt()
                          + pool.get("running").asInt());
            });
  }

  private static String create(AshServer server, String agent) throws Exception {
    return server.post("/api/sessions", "{\"agent\":\"" + agent + "\"}").at("/session/id").asText();
  }

  private static String say(AshServer server, String session) {
    SseReader turn =
        server.stream("POST", "/api/sessions/" + session + "/messages", "{\"content\":\"speak\"}");
    turn.untilOver();
    return turn.frames().toString();
  }
}
