package io.ash.runner.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.TurnStatus;
import io.ash.time.Ticker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code claude} command line in stream-json mode; its messages pass through untouched.
 *
 * <p>It keeps a conversation under an id of its own, which is remembered so that a new process can
 * go on with it.
 */
final class ClaudeDialect implements Dialect {
  private static final Pattern CONVERSATION = Pattern.compile("[0-9a-fA-F][0-9a-fA-F-]{7,63}");
  private static final String SYSTEM_PROMPT_FILE = ".ash/system-prompt.md";
  private static final String MCP_FILE = ".ash/mcp.json";
  private static final String BYPASS = "bypassPermissions";

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1",
          "DISABLE_TELEMETRY", "1",
          "DISABLE_AUTOUPDATER", "1",
          "DISABLE_ERROR_REPORTING", "1");

  private final Program program;
  private final Map<String, String> modelEnvironment;
  private final Ledger ledger;
  private @Nullable String conversation;
  private @Nullable Launched launched;
  private boolean partial;
  private long requests;

  /** The process this dialect speaks with; model and mode follow the control requests. */
  private static final class Launched {
    final ClaudeFlags flags;
    @Nullable String model;
    String mode;
    boolean unprovenResume; // started with --resume, and not a sign of life since
    boolean doomed; // about to exit by itself

    Launched(ClaudeFlags flags, @Nullable String model, String mode, boolean unprovenResume) {
      this.flags = flags;
      this.model = model;
      this.mode = mode;
      this.unprovenResume = unprovenResume;
    }
  }

  ClaudeDialect(
      Program program, Ticker ticker, Map<String, String> modelEnvironment, String remembered) {
    this.program = program;
    this.modelEnvironment = modelEnvironment;
    this.ledger = new Ledger(ticker);
    String id = remembered.strip();
    this.conversation = CONVERSATION.matcher(id).matches() ? id : null;
  }

  @Override
  public AgentCommand launch(AgentSettings settings, TurnOptions options) {
    ClaudeFlags flags = ClaudeFlags.of(settings, options);
    String model = modelFor(settings, options);
    String mode = ClaudeFlags.permissionMode(settings.permissionMode());
    List<String> argv = new ArrayList<>(program.argv());
    argv.addAll(List.of("--print", "--input-format=stream-json", "--output-format=stream-json"));
    argv.addAll(List.of("--verbose", "--include-partial-messages", "--setting-sources=project"));
    ClaudeFlags.add(argv, "permission-mode", mode);
    ClaudeFlags.add(argv, "model", model);
    Map<String, String> files = new LinkedHashMap<>();
    if (settings.systemPrompt() != null) {
      files.put(SYSTEM_PROMPT_FILE, settings.systemPrompt());
      argv.add("--system-prompt-file=" + AgentCommand.HOME + "/" + SYSTEM_PROMPT_FILE);
    }
    if (settings.mcpServers() != null) {
      ObjectNode mcp = StrictJson.object();
      mcp.set("mcpServers", StrictJson.trusted(settings.mcpServers()));
      files.put(MCP_FILE, StrictJson.text(mcp));
      argv.add("--mcp-config=" + AgentCommand.HOME + "/" + MCP_FILE);
    }
    argv.addAll(flags.arguments());
    ClaudeFlags.add(argv, "resume", conversation);
    launched = new Launched(flags, model, mode, conversation != null);
    Map<String, String> env = new LinkedHashMap<>(modelEnvironment);
    env.putAll(ENVIRONMENT);
    return new AgentCommand(argv, env, files, program.readOnlyBinds(), program.searchPath());
  }

  @Override
  public List<String> greet(boolean resumed) {
    return List.of();
  }

  @Override
  public TurnStart start(Turn turn) {
    Launched process = launched;
    if (process == null) {
      throw new IllegalStateException("no process was launched");
    }
    String mode = ClaudeFlags.permissionMode(turn.settings().permissionMode());
    if (process.doomed) {
      return new TurnStart.Replace("the process is about to exit");
    }
    if (!process.flags.equals(ClaudeFlags.of(turn.settings(), turn.options()))) {
      return new TurnStart.Replace("the turn needs other flags");
    }
    if (mode.equals(BYPASS) && !process.mode.equals(BYPASS)) {
      return new TurnStart.Replace("permissions are only bypassed from the start");
    }
    List<String> lines = new ArrayList<>();
    if (!mode.equals(process.mode)) {
      lines.add(
          control(StrictJson.object().put("subtype", "set_permission_mode").put("mode", mode)));
      process.mode = mode;
    }
    String model = modelFor(turn.settings(), turn.options());
    if (!Objects.equals(model, process.model)) {
      ObjectNode set = StrictJson.object().put("subtype", "set_model");
      lines.add(control(model == null ? set : set.put("model", model)));
      process.model = model;
    }
    ObjectNode message = StrictJson.object().put("role", "user");
    message.set("content", StrictJson.trusted(turn.content()));
    ObjectNode user = StrictJson.object().put("type", "user");
    user.set("message", message);
    lines.add(StrictJson.text(user.putNull("parent_tool_use_id")));
    ledger.begin(turn.no());
    partial = turn.options().includePartialMessages();
    return new TurnStart.Go(List.copyOf(lines));
  }

  @Override
  public List<String> interrupt(int turn) {
    if (turn != ledger.turn() || turn == 0) {
      return List.of();
    }
    ledger.interrupt();
    return List.of(control(StrictJson.object().put("subtype", "interrupt")));
  }

  @Override
  public Heard hear(String line) {
    if (line.isBlank()) {
      return Heard.NOTHING;
    }
    try {
      ObjectNode message = StrictJson.object(line);
      return understand(StrictJson.string(message, "type"), message, line);
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
    boolean lost = launched != null && launched.unprovenResume && !launched.doomed && !exit.asked();
    launched = null;
    if (!lost) {
      return Heard.events(ledger.exited(exit));
    }
    List<Event> events = new ArrayList<>();
    events.add(loseConversation());
    events.addAll(ledger.exited(exit));
    return Heard.events(events).remembering("");
  }

  @Override
  public int runningTurn() {
    return ledger.turn();
  }

  private Heard understand(String type, ObjectNode message, String line) {
    return switch (type) {
      case "control_response" -> controlAnswer(message.path("response"));
      case "control_request" -> refuse(message);
      case "control_cancel_request", "keep_alive" -> Heard.dropped("a line of type " + type);
      case "stream_event" ->
          ledger.running() && partial
              ? Heard.events(ledger.event(EventKind.STREAM, StrictJson.untouched(line)))
              : Heard.NOTHING;
      case "result" -> result(message, line);
      case "system" -> system(message, line);
      default -> Heard.events(ledger.event(EventKind.MESSAGE, StrictJson.untouched(line)));
    };
  }

  private Heard system(ObjectNode message, String line) {
    Heard heard = Heard.events(ledger.event(EventKind.MESSAGE, StrictJson.untouched(line)));
    String id = message.path("session_id").textValue();
    if (!"init".equals(message.path("subtype").textValue())
        || id == null
        || !CONVERSATION.matcher(id).matches()) {
      return heard;
    }
    if (launched != null) {
      launched.unprovenResume = false;
    }
    if (id.equals(conversation)) {
      return heard;
    }
    conversation = id;
    return heard.remembering(id);
  }

  private Heard result(ObjectNode message, String line) {
    String raw = StrictJson.untouched(line);
    if (!ledger.running()) {
      return Heard.events(ledger.event(EventKind.MESSAGE, raw));
    }
    boolean failed = message.path("is_error").asBoolean(false);
    boolean lost = failed && launched != null && launched.unprovenResume;
    List<Event> events = new ArrayList<>();
    if (lost) {
      events.add(loseConversation());
    }
    events.add(ledger.event(EventKind.MESSAGE, raw));
    events.add(
        ledger.end(
            failed ? TurnStatus.FAILED : TurnStatus.DONE,
            failed ? message.path("subtype").asText("error") : null));
    return lost ? Heard.events(events).remembering("") : Heard.events(events);
  }

  /** A resume that failed would fail in the same way for ever, so the id is given up. */
  private Event loseConversation() {
    conversation = null;
    if (launched != null) {
      launched.doomed = true;
    }
    return ledger.error(
        "claude could not go on with its earlier conversation; the next message starts a new one",
        "conversation_lost");
  }

  private Heard controlAnswer(JsonNode response) {
    if (!"error".equals(response.path("subtype").textValue())) {
      return Heard.NOTHING;
    }
    String why = response.path("error").asText("without a reason");
    return Heard.events(ledger.error("claude refused a request: " + why, "agent_request_refused"));
  }

  /** Nobody is there to answer questions, and an unanswered one would stop the turn for ever. */
  private static Heard refuse(ObjectNode request) {
    ObjectNode error = StrictJson.object().put("subtype", "error");
    error.set("request_id", request.path("request_id"));
    error.put("error", "ash does not answer control requests");
    ObjectNode answer = StrictJson.object().put("type", "control_response");
    answer.set("response", error);
    return new Heard(
        List.of(), List.of(StrictJson.text(answer)), "a control request, refused", null);
  }

  private String control(ObjectNode request) {
    ObjectNode line = StrictJson.object().put("type", "control_request");
    line.put("request_id", "ash-" + ++requests);
    line.set("request", request);
    return StrictJson.text(line);
  }

  private static @Nullable String modelFor(AgentSettings settings, TurnOptions options) {
    return options.model() != null ? options.model() : settings.model();
  }
}
