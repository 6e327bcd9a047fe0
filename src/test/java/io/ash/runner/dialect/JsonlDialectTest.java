package io.ash.runner.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.RuntimeKind;
import io.ash.model.SessionId;
import io.ash.model.TurnStatus;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonlDialectTest {
  private static final SessionId SESSION = SessionId.of("11111111-2222-3333-4444-555555555555");
  private static final String S = SESSION.toString();

  private long nanos;
  private final Dialect dialect = running();

  private Dialect launched() {
    Program program =
        new Program(RuntimeKind.JSONL, List.of("node", "agent.mjs"), List.of(), List.of());
    Dialect d = new Dialects(() -> nanos, Map.of("KEY", "x")).open(program, SESSION, "");
    d.launch(AgentSettings.NONE, TurnOptions.NONE);
    return d;
  }

  private Dialect running() {
    Dialect d = launched();
    d.start(new Turn(1, "\"hi\""));
    return d;
  }

  private Event one(String line) {
    List<Event> events = dialect.hear(line).events();
    assertThat(events).hasSize(1);
    return events.get(0);
  }

  private static void assertInvalid(List<Event> events) {
    assertThat(events).hasSize(1);
    assertThat(events.get(0).kind()).isEqualTo(EventKind.ERROR);
    assertThat(events.get(0).body()).contains("agent_output_invalid");
  }

  @Test
  void givesTheCommandNothingOfTheModelsEnvironment() {
    AgentCommand command = launched().launch(AgentSettings.NONE, TurnOptions.NONE);

    assertThat(command.argv()).containsExactly("node", "agent.mjs");
    assertThat(command.env()).isEmpty();
  }

  @Test
  void greetsWithTheSession() {
    Dialect d = launched();
    AgentSettings settings =
        new AgentSettings(
            "m1", "Be\nbrief", null, List.of(), List.of(), List.of(), null, null, null);
    d.launch(settings, TurnOptions.NONE);

    assertThat(d.greet(true))
        .containsExactly(
            "{\"type\":\"session\",\"id\":\""
                + S
                + "\",\"resumed\":true,\"model\":\"m1\",\"systemPrompt\":\"Be\\nbrief\"}");
  }

  @Test
  void startsATurnWithTheRequestsOptions() {
    TurnOptions options =
        new TurnOptions(
            true,
            "m2",
            3,
            new BigDecimal("0.50"),
            "low",
            "{\"type\":\"enabled\"}",
            "{\"type\":\"json\"}");

    TurnStart start =
        launched().start(new Turn(7, "[{\"type\":\n\"text\"}]", AgentSettings.NONE, options));

    assertThat(((TurnStart.Go) start).lines())
        .containsExactly(
            "{\"type\":\"user.message\",\"turn\":7,\"content\":[{\"type\":\"text\"}],"
                + "\"model\":\"m2\",\"includePartialMessages\":true,\"maxTurns\":3,"
                + "\"maxBudgetUsd\":0.50,\"effort\":\"low\",\"thinking\":{\"type\":\"enabled\"},"
                + "\"outputFormat\":{\"type\":\"json\"}}");
  }

  @Test
  void startsNoSecondTurnBeside() {
    assertThatThrownBy(() -> dialect.start(new Turn(2, "\"x\"")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void turnsPiecesIntoDeltas() {
    assertThat(one("{\"type\":\"delta\",\"text\":\"a\\u2028😀\"}"))
        .isEqualTo(new Event(1, EventKind.DELTA, "{\"delta\":\"a\u2028😀\"}"));
    assertThat(one("{\"type\":\"thinking\",\"text\":\"hm\",\"extra\":1}"))
        .isEqualTo(new Event(1, EventKind.THINKING, "{\"delta\":\"hm\"}"));
    assertThat(dialect.hear("{\"type\":\"delta\",\"text\":\"\"}").events()).isEmpty();
  }

  @Test
  void givesAMessageTheFormOfAnSdk() {
    String body =
        "{\"type\":\"assistant\",\"message\":{\"role\":\"assistant\",\"content\":"
            + "[{\"type\":\"text\",\"text\":\"hi\"}]},\"session_id\":\""
            + S
            + "\"}";
    assertThat(one("{\"type\":\"message\",\"text\":\"hi\"}"))
        .isEqualTo(new Event(1, EventKind.MESSAGE, body));
    assertThat(one("{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}"))
        .isEqualTo(new Event(1, EventKind.MESSAGE, body));
  }

  @Test
  void givesToolsTheFormOfAnSdk() {
    assertThat(one("{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"ls\",\"input\":{\"n\":1e3}}"))
        .isEqualTo(
            new Event(
                1,
                EventKind.MESSAGE,
                "{\"type\":\"assistant\",\"message\":{\"role\":\"assistant\",\"content\":"
                    + "[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"ls\",\"input\":"
                    + "{\"n\":1E+3}}]},\"session_id\":\""
                    + S
                    + "\"}"));
    assertThat(
            one(
                "{\"type\":\"tool_result\",\"toolUseId\":\"t1\",\"content\":\"x\","
                    + "\"isError\":true}"))
        .isEqualTo(
            new Event(
                1,
                EventKind.MESSAGE,
                "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":"
                    + "[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":\"x\","
                    + "\"is_error\":true}]},\"tool_use_result\":{\"stdout\":\"x\"},"
                    + "\"session_id\":\""
                    + S
                    + "\"}"));
  }

  @Test
  void endsATurnWithAResultThatCarriesUsage() {
    dialect.hear("{\"type\":\"usage\",\"inputTokens\":3,\"outputTokens\":4,\"costUsd\":0.25}");
    dialect.hear("{\"type\":\"usage\",\"outputTokens\":1,\"costUsd\":0.5}");
    dialect.hear("{\"type\":\"message\",\"text\":\"bye\"}");
    nanos += 42_000_000;

    List<Event> events = dialect.hear("{\"type\":\"done\"}").events();

    assertThat(events)
        .containsExactly(
            new Event(
                1,
                EventKind.MESSAGE,
                "{\"type\":\"result\",\"subtype\":\"success\",\"session_id\":\""
                    + S
                    + "\",\"is_error\":false,\"num_turns\":1,\"result\":\"bye\","
                    + "\"usage\":{\"input_tokens\":3,\"output_tokens\":5},"
                    + "\"total_cost_usd\":0.75,\"duration_ms\":42}"),
            new Event(1, EventKind.END, "{\"status\":\"done\"}", TurnStatus.DONE));
    assertThat(dialect.runningTurn()).isZero();
  }

  @Test
  void prefersTheResultTheAgentNames() {
    dialect.hear("{\"type\":\"message\",\"text\":\"bye\"}");

    Event result = dialect.hear("{\"type\":\"done\",\"result\":{\"n\":1}}").events().get(0);

    assertThat(new JsonObject(result.body()).getJsonObject("result").encode())
        .isEqualTo("{\"n\":1}");
  }

  @Test
  void failsATurnThatTheAgentFails() {
    assertThat(dialect.hear("{\"type\":\"error\",\"message\":\"no model\"}").events())
        .containsExactly(
            new Event(1, EventKind.ERROR, "{\"error\":\"no model\",\"code\":\"agent_error\"}"),
            new Event(
                1,
                EventKind.END,
                "{\"status\":\"failed\",\"reason\":\"agent_error\"}",
                TurnStatus.FAILED));
  }

  @Test
  void endsATurnWhateverTheErrorIs() {
    List<Event> events = dialect.hear("{\"type\":\"error\",\"message\":{\"a\":[1]}}").events();

    assertThat(events.get(0).body()).contains("{\\\"a\\\":[1]}");
    assertThat(events.get(1).ends()).isEqualTo(TurnStatus.FAILED);
  }

  @Test
  void dropsASecondTerminal() {
    dialect.hear("{\"type\":\"done\"}");

    Heard again = dialect.hear("{\"type\":\"done\"}");

    assertThat(again.events()).isEmpty();
    assertThat(again.dropped()).isNotNull();
  }

  @Test
  void neverEndsATurnFromOutside() {
    dialect.hear("{\"type\":\"done\"}");

    for (String type : List.of("delta", "error", "message", "anything")) {
      assertThat(one("{\"type\":\"" + type + "\",\"text\":\"x\"}").kind())
          .isEqualTo(EventKind.MESSAGE);
      assertThat(one("{\"type\":\"" + type + "\",\"text\":\"x\"}").turn()).isZero();
    }
  }

  @Test
  void dropsLinesOfAnotherTurn() {
    Heard heard = dialect.hear("{\"type\":\"delta\",\"turn\":2,\"text\":\"x\"}");

    assertThat(heard.events()).isEmpty();
    assertThat(heard.dropped()).contains("not running");
    assertThat(dialect.hear("{\"type\":\"done\",\"turn\":4294967297}").events()).isEmpty();
    assertThat(one("{\"type\":\"delta\",\"turn\":1,\"text\":\"x\"}").turn()).isEqualTo(1);
  }

  @Test
  void passesOtherTypesOnDigitByDigit() {
    String line =
        "{\"type\":\"plan\",\"n\":123456789012345678901234567890,\"x\":1.00000000000000000001,"
            + "\"y\":1e400,\"z\":\"\\u0000\"}";

    assertThat(one("  " + line + "\t").body()).isEqualTo(line);
    assertThat(one("{\"type\":\"a\",\r\"b\":1}").body()).isEqualTo("{\"type\":\"a\", \"b\":1}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "{",
        "[]",
        "1",
        "null",
        "{} {}",
        "{\"type\":1}",
        "{\"no\":\"type\"}",
        "{\"type\":\"delta\"}",
        "{\"type\":\"delta\",\"text\":7}",
        "{\"type\":\"message\"}",
        "{\"type\":\"message\",\"content\":[1]}",
        "{\"type\":\"message\",\"content\":{}}",
        "{\"type\":\"tool_use\",\"id\":\"a\"}",
        "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"b\",\"input\":[]}",
        "{\"type\":\"tool_result\",\"content\":\"x\"}",
        "{\"type\":\"tool_result\",\"toolUseId\":\"x\"}",
        "{\"type\":\"tool_result\",\"toolUseId\":\"x\",\"content\":\"\",\"isError\":\"no\"}",
        "{\"type\":\"usage\",\"inputTokens\":-1}",
        "{\"type\":\"usage\",\"inputTokens\":1e999999999}",
        "{\"type\":\"usage\",\"inputTokens\":99999999999999999999}",
        "{\"type\":\"usage\",\"costUsd\":1e999999999}",
        "{\"type\":\"usage\",\"costUsd\":\"free\"}",
        "{\"type\":\"delta\",\"turn\":\"1\",\"text\":\"x\"}",
        "{\"type\":\"delta\",\"text\":\"\\ud800\"}",
        "{\"type\":\"x\",\"\\udc00\":1}",
        "{\"type\":\"x\",\"a\":[[{\"b\":\"\\uDE00\\uD83D\"}]]}",
        "{\"type\":\"delta\",\"text\":\"a\u0000b\"}",
        "\u0000",
        "\ufeff{\"type\":\"done\"}",
        "{\"type\":\"delta\",\"text\":\"\ufffd",
      })
  void reportsInvalidLinesAndGoesOn(String line) {
    assertInvalid(dialect.hear(line).events());
    assertThat(dialect.runningTurn()).isEqualTo(1);
  }

  @Test
  void reportsDeepNestingAndGoesOn() {
    String deep = "[".repeat(200_000);
    assertInvalid(dialect.hear(deep).events());
    assertInvalid(
        dialect.hear("{\"type\":\"x\",\"a\":" + "[".repeat(200) + "]".repeat(200) + "}").events());
    assertThat(one("{\"type\":\"x\",\"a\":" + "[".repeat(189) + "]".repeat(189) + "}").kind())
        .isEqualTo(EventKind.MESSAGE);
  }

  @Test
  void takesAnEscapedPair() {
    assertThat(one("{\"type\":\"delta\",\"text\":\"\\ud83d\\ude00\"}").body())
        .isEqualTo("{\"delta\":\"😀\"}");
  }

  @Test
  void ignoresEmptyLines() {
    assertThat(dialect.hear("").events()).isEmpty();
    assertThat(dialect.hear("  ").events()).isEmpty();
  }

  @Test
  void limitsHowManyInvalidLinesAreReported() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      events.addAll(dialect.hear("garbage").events());
    }
    events.addAll(dialect.hearTooLong().events());

    assertThat(events).hasSize(21);
    assertThat(events.get(20).body()).contains("more lines");
    assertThat(dialect.hear("{\"type\":\"done\"}").events()).hasSize(2);
  }

  @Test
  void endsAnInterruptedTurnAsInterrupted() {
    assertThat(dialect.interrupt(1)).containsExactly("{\"type\":\"interrupt\",\"turn\":1}");

    List<Event> events = dialect.hear("{\"type\":\"done\"}").events();

    assertThat(events.get(0).body()).contains("\"subtype\":\"interrupted\"");
    assertThat(events.get(1).ends()).isEqualTo(TurnStatus.INTERRUPTED);
  }

  @Test
  void interruptsOnlyTheRunningTurn() {
    assertThat(dialect.interrupt(2)).isEmpty();
    assertThat(launched().interrupt(0)).isEmpty();
  }

  @Test
  void failsTheTurnOfAProcessThatDies() {
    List<Event> events = dialect.exited(Exit.byItself(137)).events();

    assertThat(events.get(0).kind()).isEqualTo(EventKind.ERROR);
    assertThat(events.get(0).body()).contains("killed by signal 9").contains("agent_exited");
    assertThat(events.get(1).ends()).isEqualTo(TurnStatus.FAILED);
    assertThat(dialect.runningTurn()).isZero();
  }

  @Test
  void closesAnInterruptedTurnWhenItsProcessIsGone() {
    dialect.interrupt(1);

    List<Event> events = dialect.exited(Exit.byItself(137)).events();

    assertThat(events).hasSize(1);
    assertThat(events.get(0).ends()).isEqualTo(TurnStatus.INTERRUPTED);
  }

  @Test
  void tellsOfADeathBetweenTurns() {
    Dialect d = launched();

    assertThat(d.exited(Exit.byItself(3)).events())
        .containsExactly(
            new Event(0, EventKind.LIFECYCLE, "{\"action\":\"agent_exited\",\"code\":3}"));
    assertThat(launched().exited(Exit.asked(143, "paused")).events()).isEmpty();
  }
}
