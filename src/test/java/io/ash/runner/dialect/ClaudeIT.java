package io.ash.runner.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.RuntimeKind;
import io.ash.model.SessionId;
import io.ash.model.TurnStatus;
import io.ash.testing.ClaudeCommandLine;
import io.ash.testing.FakeMessagesApi;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real {@code claude} command line against a small Messages API on loopback. */
class ClaudeIT {
  private static final AgentSettings SETTINGS =
      AgentSettings.of(
          "{\"permissionMode\":\"default\",\"allowedTools\":[\"Bash\"],"
              + "\"systemPrompt\":\"You are the test's agent.\"}");

  @TempDir Path root;
  private Vertx vertx;
  private FakeMessagesApi api;
  private PipedAgent agent;

  @BeforeEach
  void start() throws Exception {
    Path claude = ClaudeCommandLine.find();
    vertx = Vertx.vertx();
    api =
        FakeMessagesApi.start(vertx)
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    agent = open(claude, "");
    agent.launch(false, SETTINGS, TurnOptions.NONE);
  }

  private PipedAgent open(Path claude, String remembered) throws IOException {
    Executables executables = new Executables(System.getenv("PATH"));
    Program program =
        new Programs(executables, claude.toString(), false).find(RuntimeKind.CLAUDE, List.of());
    Map<String, String> environment =
        Map.of("ANTHROPIC_BASE_URL", api.baseUrl(), "ANTHROPIC_API_KEY", "not-a-key");
    return new PipedAgent(program, SessionId.random(), root, environment, remembered);
  }

  @AfterEach
  void stop() throws Exception {
    if (agent != null) {
      agent.close();
    }
    if (vertx != null) {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  private static Turn turn(int no, String text, String options) {
    return new Turn(no, "\"" + text + "\"", SETTINGS, TurnOptions.of(options));
  }

  private static JsonObject result(List<Event> events) {
    Event event = events.get(events.size() - 2);
    JsonObject body = new JsonObject(event.body());
    assertThat(body.getString("type")).isEqualTo("result");
    return body;
  }

  private static TurnStatus end(List<Event> events) {
    return events.get(events.size() - 1).ends();
  }

  @Test
  void answersAndRemembersInOneProcess() throws Exception {
    List<Event> first = agent.run(turn(1, "one", "{}"));
    List<Event> second = agent.run(turn(2, "two", "{\"includePartialMessages\":true}"));

    assertThat(result(first).getString("result")).isEqualTo("1 prompts: one");
    assertThat(first).noneMatch(e -> e.kind() == EventKind.STREAM);
    assertThat(result(second).getString("result")).isEqualTo("2 prompts: one | two");
    assertThat(second).anyMatch(e -> e.kind() == EventKind.STREAM);
    assertThat(end(second)).isEqualTo(TurnStatus.DONE);
    assertThat(api.requests().get(0).encode()).contains("You are the test's agent.");
  }

  @Test
  void remembersAcrossProcesses() throws Exception {
    agent.run(turn(1, "one", "{}"));
    agent.stop();
    String remembered = agent.remembered();
    agent = open(ClaudeCommandLine.find(), remembered);
    agent.launch(true, SETTINGS, TurnOptions.NONE);

    assertThat(result(agent.run(turn(2, "two", "{}"))).getString("result"))
        .isEqualTo("2 prompts: one | two");
  }

  @Test
  void goesOnWithOtherFlagsAndAnotherModel() throws Exception {
    agent.run(turn(1, "one", "{}"));

    List<Event> events = agent.run(turn(2, "two", "{\"maxTurns\":5,\"model\":\"claude-test-1\"}"));
    agent.run(turn(3, "three", "{\"maxTurns\":5,\"model\":\"claude-test-2\"}"));

    assertThat(result(events).getString("result")).isEqualTo("2 prompts: one | two");
    assertThat(api.requests().stream().map(r -> r.getString("model")))
        .endsWith("claude-test-1", "claude-test-2");
  }

  @Test
  void usesATool() throws Exception {
    List<Event> events = agent.run(turn(1, "use the tool", "{}"));

    assertThat(root.resolve("workspace/made-by-a-tool.txt")).hasContent("made-by-a-tool");
    assertThat(events).anyMatch(e -> e.body().contains("\"tool_use_result\""));
    assertThat(end(events)).isEqualTo(TurnStatus.DONE);
  }

  @Test
  void stopsWhenInterruptedAndGoesOn() throws Exception {
    agent.start(turn(1, "please hang", "{}"));
    await().atMost(Duration.ofSeconds(30)).until(() -> api.hanging() == 1);
    agent.interrupt(1);

    List<Event> interrupted = agent.until(e -> e.kind() == EventKind.END);
    List<Event> next = agent.run(turn(2, "two", "{}"));

    assertThat(end(interrupted)).isEqualTo(TurnStatus.INTERRUPTED);
    assertThat(result(next).getString("result")).isEqualTo("2 prompts: please hang | two");
  }

  @Test
  void saysWhenItsConversationIsGoneAndBeginsANewOne() throws Exception {
    agent.stop();
    agent = open(ClaudeCommandLine.find(), "12345678-1234-1234-1234-123456789abc");
    agent.launch(true, SETTINGS, TurnOptions.NONE);

    List<Event> lost = agent.run(turn(1, "one", "{}"));
    List<Event> next = agent.run(turn(2, "two", "{}"));

    assertThat(lost).anyMatch(e -> e.body().contains("conversation_lost"));
    assertThat(end(lost)).isEqualTo(TurnStatus.FAILED);
    assertThat(result(next).getString("result")).isEqualTo("1 prompts: two");
  }
}
