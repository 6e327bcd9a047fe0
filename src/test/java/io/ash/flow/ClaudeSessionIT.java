package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.testing.AshServer;
import io.ash.testing.ClaudeCommandLine;
import io.ash.testing.FakeMessagesApi;
import io.ash.testing.SseReader;
import io.ash.testing.SseReader.Frame;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The real {@code claude} command line in a real sandbox, against a Messages API on loopback. */
@ExtendWith(VertxExtension.class)
class ClaudeSessionIT {
  @Test
  void talksUsesAToolAndRemembersAcrossAColdResume(Vertx vertx, @TempDir Path directory)
      throws Exception {
    Path claude = ClaudeCommandLine.find();
    FakeMessagesApi api =
        FakeMessagesApi.start(vertx)
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    Map<String, String> environment =
        Map.of(
            "ANTHROPIC_BASE_URL", api.baseUrl(),
            "ANTHROPIC_API_KEY", "sk-not-a-real-key",
            "CLAUDE_CODE_EXECUTABLE", claude.toString());
    try (AshServer server = AshServer.start(directory.resolve("data"), environment)) {
      server.post("/api/agents", "{\"name\":\"helper\",\"systemPrompt\":\"You are a test.\"}");
      String session =
          server.post("/api/sessions", "{\"agent\":\"helper\"}").at("/session/id").asText();
      assertThat(say(server, session, "first words")).contains("1 prompts: first words");
      assertThat(say(server, session, "use the tool")).contains("tool_use");
      server.post("/api/sessions/" + session + "/stop", "{}");
      server.post("/api/sessions/" + session + "/resume", "{}");
      assertThat(say(server, session, "and now")).contains("first words").contains("and now");
      assertThat(server.call("DELETE", "/api/sessions/" + session, null).status()).isEqualTo(200);
    }
  }

  @Test
  void refusesASessionWhereClaudeIsNotInstalled(@TempDir Path directory) throws Exception {
    Map<String, String> environment =
        Map.of("CLAUDE_CODE_EXECUTABLE", directory.resolve("no-claude").toString());
    try (AshServer server = AshServer.start(directory.resolve("data"), environment)) {
      server.post("/api/agents", "{\"name\":\"helper\",\"systemPrompt\":\"x\"}");
      AshServer.Reply reply = server.call("POST", "/api/sessions", "{\"agent\":\"helper\"}");
      assertThat(reply.status()).isEqualTo(422);
      assertThat(reply.json().at("/code").asText()).isEqualTo("runtime_not_available");
      assertThat(reply.json().at("/message").asText()).contains("CLAUDE_CODE_EXECUTABLE");
      assertThat(server.get("/api/sessions?includeTotal=true").at("/total").asInt()).isZero();
    }
  }

  private static String say(AshServer server, String session, String text) {
    SseReader turn =
        server.stream(
            "POST",
            "/api/sessions/" + session + "/messages",
            "{\"content\":\"" + text + "\",\"includePartialMessages\":true}");
    turn.untilOver();
    assertThat(turn.frames()).extracting(Frame::event).endsWith("done").doesNotContain("error");
    return turn.frames().toString();
  }
}
