package io.ash.runner.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import io.ash.model.SessionId;
import io.ash.model.TurnStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaudeDialectTest {
  private static final String ID = "4edfa88e-a542-4211-a21d-1cb2a2989265";
  private static final String INIT =
      "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"" + ID + "\"}";
  private static final String RESULT =
      "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"hi\"}";
  private static final String FAILED =
      "{\"type\":\"result\",\"subtype\":\"error_during_execution\",\"is_error\":true}";

  private static Dialect dialect(String remembered) {
    Program program = new Program(RuntimeKind.CLAUDE, List.of("/opt/claude"), List.of(), List.of());
    return new Dialects(() -> 0, Map.of("ANTHROPIC_API_KEY", "placeholder"))
        .open(program, SessionId.random(), remembered);
  }

  private static Dialect running() {
    Dialect d = dialect("");
    d.launch(AgentSettings.NONE, TurnOptions.NONE);
    d.start(new Turn(1, "\"hi\""));
    return d;
  }

  private static Turn turn(int no, String settings, String options) {
    return new Turn(no, "\"x\"", AgentSettings.of(settings), TurnOptions.of(options));
  }

  @Test
  void buildsACommandLineWithoutNode() {
    AgentCommand command = dialect("").launch(AgentSettings.NONE, TurnOptions.NONE);

    assertThat(command.argv())
        .containsExactly(
            "/opt/claude",
            "--print",
            "--input-format=stream-json",
            "--output-format=stream-json",
            "--verbose",
            "--include-partial-messages",
            "--setting-sources=project",
            "--permission-mode=bypassPermissions");
    assertThat(command.env())
        .containsEntry("ANTHROPIC_API_KEY", "placeholder")
        .containsEntry("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
        .containsEntry("DISABLE_TELEMETRY", "1")
        .containsEntry("DISABLE_AUTOUPDATER", "1")
        .containsEntry("DISABLE_ERROR_REPORTING", "1");
  }

  @Test
  void putsSettingsOnTheCommandLine() {
    AgentSettings settings =
        AgentSettings.of(
            "{\"model\":\"m\",\"systemPrompt\":\"Be brief\",\"permissionMode\":\"default\","
                + "\"allowedTools\":[\"Bash(git *)\",\"--x\"],\"disallowedTools\":[\"Edit\"],"
                + "\"betas\":[\"b1\"],\"subagents\":{\"r\":{\"prompt\":\"p\"}},"
                + "\"initialAgent\":\"r\",\"mcpServers\":{\"s\":{\"url\":\"http://x\"}}}");
    TurnOptions options =
        TurnOptions.of(
            "{\"maxTurns\":3,\"maxBudgetUsd\":0.50,\"effort\":\"low\","
                + "\"thinking\":{\"type\":\"enabled\",\"budgetTokens\":2000},"
                + "\"outputFormat\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}");

    AgentCommand command = dialect("").launch(settings, options);

    assertThat(command.argv())
        .contains(
            "--permission-mode=default",
            "--model=m",
            "--system-prompt-file=/home/agent/.ash/system-prompt.md",
            "--mcp-config=/home/agent/.ash/mcp.json",
            "--allowedTools=Bash(git *)",
            "--allowedTools=--x",
            "--disallowedTools=Edit",
            "--betas=b1",
            "--agents={\"r\":{\"prompt\":\"p\"}}",
            "--agent=r",
            "--max-turns=3",
            "--max-budget-usd=0.50",
            "--effort=low",
            "--max-thinking-tokens=2000",
            "--json-schema={\"type\":\"object\"}");
    assertThat(command.homeFiles())
        .containsEntry(".ash/system-prompt.md", "Be brief")
        .containsEntry(".ash/mcp.json", "{\"mcpServers\":{\"s\":{\"url\":\"http://x\"}}}");
  }

  @Test
  void refusesWhatNoCommandLineTakes() {
    AgentSettings nul = AgentSettings.of("{\"model\":\"a\\u0000b\"}");
    AgentSettings huge = AgentSettings.of("{\"initialAgent\":\"" + "x".repeat(130_000) + "\"}");

    assertThatThrownBy(() -> dialect("").launch(nul, TurnOptions.NONE)).isInstanceOf(Refused.class);
    assertThatThrownBy(() -> dialect("").launch(huge, TurnOptions.NONE))
        .isInstanceOf(Refused.class);
  }

  @Test
  void goesOnWithTheConversationItLearned() {
    Dialect d = running();

    assertThat(d.hear(INIT).remember()).isEqualTo(ID);
    assertThat(d.hear(INIT).remember()).isNull();
    d.exited(Exit.byItself(1));
    assertThat(d.launch(AgentSettings.NONE, TurnOptions.NONE).argv()).endsWith("--resume=" + ID);
    assertThat(dialect(ID).launch(AgentSettings.NONE, TurnOptions.NONE).argv())
        .endsWith("--resume=" + ID);
  }

  @Test
  void doesNotTrustWhatItRemembers() {
    for (String text : List.of("--help", ID + "\n--help", "x y", "a".repeat(100), "\0")) {
      assertThat(dialect(text).launch(AgentSettings.NONE, TurnOptions.NONE).argv())
          .noneMatch(a -> a.startsWith("--resume"));
    }
  }

  @Test
  void givesUpAConversationThatCannotBeResumed() {
    Dialect d = dialect(ID);
    d.launch(AgentSettings.NONE, TurnOptions.NONE);
    d.start(new Turn(4, "\"hi\""));

    Heard heard = d.hear(FAILED);

    assertThat(heard.events().get(0).body()).contains("conversation_lost");
    assertThat(heard.events().get(2).ends()).isEqualTo(TurnStatus.FAILED);
    assertThat(heard.remember()).isEmpty();
    assertThat(d.start(new Turn(5, "\"x\""))).isInstanceOf(TurnStart.Replace.class);
    assertThat(d.launch(AgentSettings.NONE, TurnOptions.NONE).argv())
        .noneMatch(a -> a.startsWith("--resume"));
  }

  @Test
  void givesUpAConversationWhenTheProcessDiesAtOnce() {
    Dialect d = dialect(ID);
    d.launch(AgentSettings.NONE, TurnOptions.NONE);
    d.start(new Turn(4, "\"hi\""));

    Heard heard = d.exited(Exit.byItself(1));

    assertThat(heard.events().get(0).body()).contains("conversation_lost");
    assertThat(heard.remember()).isEmpty();
  }

  @Test
  void keepsAConversationWhenTheRunnerStopsTheProcess() {
    Dialect d = dialect(ID);
    d.launch(AgentSettings.NONE, TurnOptions.NONE);

    assertThat(d.exited(Exit.asked(143, "paused")).events()).isEmpty();
    assertThat(d.launch(AgentSettings.NONE, TurnOptions.NONE).argv()).endsWith("--resume=" + ID);
  }

  @Test
  void writesAUserMessage() {
    Dialect d = dialect("");
    d.launch(AgentSettings.NONE, TurnOptions.NONE);

    TurnStart start = d.start(new Turn(1, "[{\"type\":\"text\",\"text\":\"hi\"}]"));

    assertThat(((TurnStart.Go) start).lines())
        .containsExactly(
            "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":"
                + "[{\"type\":\"text\",\"text\":\"hi\"}]},\"parent_tool_use_id\":null}");
  }

  @Test
  void changesTheModelWithoutANewProcess() {
    Dialect d = dialect("");
    d.launch(AgentSettings.NONE, TurnOptions.NONE);

    TurnStart.Go first = (TurnStart.Go) d.start(turn(1, "{}", "{\"model\":\"m2\"}"));
    d.hear(RESULT);
    TurnStart.Go second = (TurnStart.Go) d.start(turn(2, "{}", "{}"));

    assertThat(first.lines().get(0))
        .isEqualTo(
            "{\"type\":\"control_request\",\"request_id\":\"ash-1\",\"request\":"
                + "{\"subtype\":\"set_model\",\"model\":\"m2\"}}");
    assertThat(second.lines().get(0)).contains("\"request\":{\"subtype\":\"set_model\"}");
  }

  @Test
  void changesThePermissionModeWithoutANewProcess() {
    Dialect d = running();
    d.hear(RESULT);

    TurnStart.Go go = (TurnStart.Go) d.start(turn(2, "{\"permissionMode\":\"default\"}", "{}"));
    d.hear(RESULT);

    assertThat(go.lines().get(0)).contains("\"set_permission_mode\",\"mode\":\"default\"");
    assertThat(d.start(turn(3, "{}", "{}"))).isInstanceOf(TurnStart.Replace.class);
  }

  @Test
  void wantsANewProcessForOtherFlags() {
    Dialect d = dialect("");
    d.launch(AgentSettings.NONE, TurnOptions.NONE);
    Turn limited = turn(1, "{}", "{\"maxTurns\":2}");

    assertThat(d.start(limited)).isInstanceOf(TurnStart.Replace.class);
    assertThat(d.runningTurn()).isZero();
    d.launch(limited.settings(), limited.options());
    assertThat(d.start(limited)).isInstanceOf(TurnStart.Go.class);
  }

  @Test
  void passesMessagesThroughUntouched() {
    String line = "{\"type\":\"assistant\", \"n\":1.10, \"message\":{\"content\":[]}}";

    assertThat(running().hear(line).events())
        .containsExactly(new Event(1, EventKind.MESSAGE, line));
  }

  @Test
  void passesStreamEventsOnlyToTurnsThatAskForThem() {
    String line = "{\"type\":\"stream_event\",\"event\":{}}";
    Dialect d = running();

    assertThat(d.hear(line).events()).isEmpty();
    d.hear(RESULT);
    d.start(turn(2, "{}", "{\"includePartialMessages\":true}"));
    assertThat(d.hear(line).events()).containsExactly(new Event(2, EventKind.STREAM, line));
    d.hear(RESULT);
    assertThat(d.hear(line).events()).isEmpty();
  }

  @Test
  void endsATurnWithItsResult() {
    assertThat(running().hear(RESULT).events())
        .containsExactly(
            new Event(1, EventKind.MESSAGE, RESULT),
            new Event(1, EventKind.END, "{\"status\":\"done\"}", TurnStatus.DONE));
    assertThat(running().hear(FAILED).events().get(1))
        .isEqualTo(
            new Event(
                1,
                EventKind.END,
                "{\"status\":\"failed\",\"reason\":\"error_during_execution\"}",
                TurnStatus.FAILED));
  }

  @Test
  void endsAnInterruptedTurnAsInterrupted() {
    Dialect d = running();

    assertThat(d.interrupt(1).get(0)).contains("{\"subtype\":\"interrupt\"}");
    assertThat(d.hear(FAILED).events().get(1).ends()).isEqualTo(TurnStatus.INTERRUPTED);
    assertThat(d.interrupt(1)).isEmpty();
  }

  @Test
  void neverEndsATurnFromOutside() {
    Dialect d = running();
    d.hear(RESULT);

    assertThat(d.hear(RESULT).events()).containsExactly(new Event(0, EventKind.MESSAGE, RESULT));
  }

  @Test
  void answersQuestionsThatNobodyIsThereToAnswer() {
    Heard heard =
        running()
            .hear(
                "{\"type\":\"control_request\",\"request_id\":\"q\",\"request\":"
                    + "{\"subtype\":\"can_use_tool\"}}");

    assertThat(heard.replies().get(0))
        .contains("control_response")
        .contains("\"request_id\":\"q\"")
        .contains("error");
    assertThat(heard.events()).isEmpty();
  }

  @Test
  void tellsOfARefusedControlRequestOnly() {
    Dialect d = running();

    assertThat(
            d.hear("{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\"}}")
                .events())
        .isEmpty();
    assertThat(
            d.hear(
                    "{\"type\":\"control_response\",\"response\":{\"subtype\":\"error\","
                        + "\"error\":\"no such model\"}}")
                .events()
                .get(0)
                .body())
        .contains("no such model");
  }

  @Test
  void survivesAnything() {
    Dialect d = running();
    for (String line :
        List.of(
            "",
            "x",
            "[]",
            "{}",
            "{\"type\":null}",
            "{\"type\":\"system\"}",
            "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":[1]}",
            "{\"type\":\"control_response\"}",
            "{\"type\":\"control_request\"}",
            "{\"type\":\"stream_event\"}",
            "[".repeat(100_000))) {
      assertThat(d.hear(line).remember()).isNull();
    }
    assertThat(d.runningTurn()).isEqualTo(1);
  }
}
