package io.ash.runner.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import io.ash.model.TurnStatus;
import io.ash.time.Ticker;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** ash's own line protocol, described for agents in {@code docs/protocol/jsonl.md}. */
final class JsonlDialect implements Dialect {
  private final SessionId session;
  private final Program program;
  private final Ledger ledger;
  private final JsonlMessages messages;
  private AgentSettings settings = AgentSettings.NONE;
  private boolean launched;

  // What the running turn brought so far.
  private JsonlUsage usage = new JsonlUsage();
  private int toolResults;
  private @Nullable String lastText;

  JsonlDialect(Program program, SessionId session, Ticker ticker) {
    this.program = program;
    this.session = session;
    this.ledger = new Ledger(ticker);
    this.messages = new JsonlMessages(session);
  }

  @Override
  public AgentCommand launch(AgentSettings settings, TurnOptions options) {
    this.settings = settings;
    launched = true;
    return new AgentCommand(
        program.argv(), Map.of(), Map.of(), program.readOnlyBinds(), program.searchPath());
  }

  @Override
  public List<String> greet(boolean resumed) {
    ObjectNode hello = StrictJson.object().put("type", "session").put("id", session.toString());
    hello.put("resumed", resumed);
    if (settings.model() != null) {
      hello.put("model", settings.model());
    }
    if (settings.systemPrompt() != null) {
      hello.put("systemPrompt", settings.systemPrompt());
    }
    return List.of(StrictJson.text(hello));
  }

  @Override
  public TurnStart start(Turn turn) {
    if (!launched) {
      throw new IllegalStateException("no process was launched");
    }
    ObjectNode line = StrictJson.object().put("type", "user.message").put("turn", turn.no());
    // The type and the turn stand first: an agent without a JSON parser may rely on it.
    line.set("content", StrictJson.trusted(turn.content()));
    addOptions(line, turn);
    ledger.begin(turn.no());
    usage = new JsonlUsage();
    toolResults = 0;
    lastText = null;
    return new TurnStart.Go(List.of(StrictJson.text(line)));
  }

  @Override
  public List<String> interrupt(int turn) {
    if (turn != ledger.turn() || turn == 0) {
      return List.of();
    }
    ledger.interrupt();
    return List.of(StrictJson.text(StrictJson.object().put("type", "interrupt").put("turn", turn)));
  }

  @Override
  public Heard hear(String line) {
    if (line.isBlank()) {
      return Heard.NOTHING;
    }
    try {
      ObjectNode object = StrictJson.object(line);
      String type = StrictJson.string(object, "type");
      JsonNode turn = object.get("turn");
      if (turn != null && !turn.isIntegralNumber()) {
        throw new Malformed("has a 'turn' that is not a number");
      }
      if (turn != null && !(turn.isInt() && turn.intValue() == ledger.turn())) {
        return Heard.dropped("a line of a turn that is not running");
      }
      return ledger.running() ? within(type, object, line) : outside(type, object, line);
    } catch (Malformed e) {
      return ledger.complain(e.why());
    }
  }

  @Override
  public Heard hearTooLong() {
    return ledger.complain("is longer than " + LineSplitter.MAX_LINE_BYTES + " bytes");
  }

  @Override
  public Heard exited(Exit exit) {
    launched = false;
    return Heard.events(ledger.exited(exit));
  }

  @Override
  public int runningTurn() {
    return ledger.turn();
  }

  private Heard within(String type, ObjectNode line, String raw) throws Malformed {
    return switch (type) {
      case "delta" -> piece(EventKind.DELTA, line);
      case "thinking" -> piece(EventKind.THINKING, line);
      case "message" -> message(line);
      case "tool_use" -> say(messages.toolUse(line));
      case "tool_result" -> toolResult(line);
      case "usage" -> {
        usage.add(line);
        yield Heard.NOTHING;
      }
      case "done" -> done(line.get("result"));
      case "error" -> failed(line.get("message"));
      default -> Heard.events(ledger.event(EventKind.MESSAGE, StrictJson.untouched(raw)));
    };
  }

  private Heard outside(String type, ObjectNode line, String raw) throws Malformed {
    return switch (type) {
      case "message" -> say(messages.message(line));
      case "tool_use" -> say(messages.toolUse(line));
      case "tool_result" -> say(messages.toolResult(line));
      case "done" -> Heard.dropped("the end of a turn while none is running");
      case "usage" -> Heard.dropped("usage while no turn is running");
      default -> Heard.events(ledger.event(EventKind.MESSAGE, StrictJson.untouched(raw)));
    };
  }

  private Heard say(ObjectNode message) {
    return Heard.events(ledger.event(EventKind.MESSAGE, message));
  }

  private Heard message(ObjectNode line) throws Malformed {
    ObjectNode message = messages.message(line);
    lastText = JsonlMessages.textOf(message);
    return say(message);
  }

  private Heard toolResult(ObjectNode line) throws Malformed {
    Heard heard = say(messages.toolResult(line));
    toolResults++;
    return heard;
  }

  /** Whatever the message is, the agent says that it gave up: the turn must not hang on. */
  private Heard failed(@Nullable JsonNode said) {
    String text =
        said == null || said.isNull()
            ? "the agent reported an error"
            : said.isTextual() ? said.textValue() : StrictJson.text(said);
    return Heard.events(
        ledger.error(text, "agent_error"), ledger.end(TurnStatus.FAILED, "agent_error"));
  }

  private Heard piece(EventKind kind, ObjectNode line) throws Malformed {
    String text = StrictJson.string(line, "text");
    return text.isEmpty()
        ? Heard.NOTHING
        : Heard.events(ledger.event(kind, StrictJson.object().put("delta", text)));
  }

  private Heard done(@Nullable JsonNode said) {
    ObjectNode result = messages.result(ledger.interrupted() ? "interrupted" : "success");
    result.put("num_turns", 1 + toolResults);
    if (said != null && !said.isNull()) {
      result.set("result", said);
    } else if (lastText != null) {
      result.put("result", lastText);
    }
    usage.into(result);
    result.put("duration_ms", ledger.millis());
    return Heard.events(ledger.event(EventKind.MESSAGE, result), ledger.end(TurnStatus.DONE, null));
  }

  private static void addOptions(ObjectNode line, Turn turn) {
    TurnOptions o = turn.options();
    String model = o.model() != null ? o.model() : turn.settings().model();
    if (model != null) {
      line.put("model", model);
    }
    if (o.includePartialMessages()) {
      line.put("includePartialMessages", true);
    }
    if (o.maxTurns() != null) {
      line.put("maxTurns", o.maxTurns());
    }
    if (o.maxBudgetUsd() != null) {
      line.put("maxBudgetUsd", o.maxBudgetUsd());
    }
    if (o.effort() != null) {
      line.put("effort", o.effort());
    }
    if (o.thinking() != null) {
      line.set("thinking", StrictJson.trusted(o.thinking()));
    }
    if (o.outputFormat() != null) {
      line.set("outputFormat", StrictJson.trusted(o.outputFormat()));
    }
  }
}
