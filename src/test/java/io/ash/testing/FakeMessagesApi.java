package io.ash.testing;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small Messages API on loopback, enough of it for the real {@code claude} command line.
 *
 * <p>It answers with how many prompts the conversation holds and what they are, so memory can be
 * asserted: {@code "2 prompts: first | second"}. A prompt with {@code use the tool} is answered
 * with one call of the tool {@code Bash}, a prompt with {@code please hang} begins an answer that
 * never goes on. Thread-safe.
 */
public final class FakeMessagesApi {
  /** The command that the model asks for when a prompt says {@code use the tool}. */
  public static final String TOOL_COMMAND = "echo made-by-a-tool | tee made-by-a-tool.txt";

  private final HttpServer server;
  private final List<JsonObject> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger hanging = new AtomicInteger();
  private final AtomicInteger ids = new AtomicInteger();

  private FakeMessagesApi(Vertx vertx) {
    server = vertx.createHttpServer().requestHandler(this::answer);
  }

  /** Starts on a free port of 127.0.0.1. */
  public static Future<FakeMessagesApi> start(Vertx vertx) {
    FakeMessagesApi api = new FakeMessagesApi(vertx);
    return api.server.listen(0, "127.0.0.1").map(api);
  }

  /** What {@code ANTHROPIC_BASE_URL} is set to. */
  public String baseUrl() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** The bodies of all requests for a message so far, oldest first. */
  public List<JsonObject> requests() {
    return List.copyOf(requests);
  }

  /** How many answers hang at this moment. */
  public int hanging() {
    return hanging.get();
  }

  public Future<Void> close() {
    return server.close();
  }

  private void answer(HttpServerRequest request) {
    if (!request.path().equals("/v1/messages")) {
      request.response().setStatusCode(request.path().equals("/") ? 200 : 404).end();
      return;
    }
    request
        .body()
        .onSuccess(
            body -> {
              JsonObject call = body.toJsonObject();
              requests.add(call);
              answer(request.response(), call);
            });
  }

  private void answer(HttpServerResponse response, JsonObject call) {
    List<String> prompts = prompts(call);
    String last = prompts.isEmpty() ? "" : prompts.get(prompts.size() - 1);
    JsonObject message =
        new JsonObject()
            .put("id", "msg_" + ids.incrementAndGet())
            .put("type", "message")
            .put("role", "assistant")
            .put("model", call.getString("model"))
            .put("content", new JsonArray())
            .putNull("stop_reason")
            .putNull("stop_sequence")
            .put("usage", new JsonObject().put("input_tokens", 10).put("output_tokens", 1));
    if (!call.getBoolean("stream", false)) {
      JsonObject block = new JsonObject().put("type", "text").put("text", summary(prompts));
      response.end(
          message
              .put("content", new JsonArray().add(block))
              .put("stop_reason", "end_turn")
              .toBuffer());
      return;
    }
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    send(response, "message_start", new JsonObject().put("message", message));
    if (last.contains("please hang")) {
      hanging.incrementAndGet();
      response.closeHandler(gone -> hanging.decrementAndGet());
    } else if (last.contains("use the tool") && !answersTool(call)) {
      JsonObject input = new JsonObject().put("command", TOOL_COMMAND);
      JsonObject use =
          new JsonObject()
              .put("type", "tool_use")
              .put("id", "toolu_" + ids.incrementAndGet())
              .put("name", "Bash")
              .put("input", new JsonObject());
      JsonObject delta =
          new JsonObject().put("type", "input_json_delta").put("partial_json", input.encode());
      block(response, use, List.of(delta), "tool_use");
    } else {
      List<JsonObject> deltas = new ArrayList<>();
      for (String word : summary(prompts).split("(?<= )")) {
        deltas.add(new JsonObject().put("type", "text_delta").put("text", word));
      }
      JsonObject text = new JsonObject().put("type", "text").put("text", "");
      block(response, text, deltas, "end_turn");
    }
  }

  private static void block(
      HttpServerResponse response, JsonObject start, List<JsonObject> deltas, String stopReason) {
    JsonObject index = new JsonObject().put("index", 0);
    send(response, "content_block_start", index.copy().put("content_block", start));
    for (JsonObject delta : deltas) {
      send(response, "content_block_delta", index.copy().put("delta", delta));
    }
    send(response, "content_block_stop", index.copy());
    send(
        response,
        "message_delta",
        new JsonObject()
            .put("delta", new JsonObject().put("stop_reason", stopReason).putNull("stop_sequence"))
            .put("usage", new JsonObject().put("output_tokens", deltas.size())));
    send(response, "message_stop", new JsonObject());
    response.end();
  }

  private static void send(HttpServerResponse response, String event, JsonObject data) {
    response.write("event: " + event + "\ndata: " + data.put("type", event).encode() + "\n\n");
  }

  private static String summary(List<String> prompts) {
    return prompts.size() + " prompts: " + String.join(" | ", prompts);
  }

  /** What the person said: texts of user messages without what the command line adds itself. */
  private static List<String> prompts(JsonObject call) {
    List<String> prompts = new ArrayList<>();
    for (Object each : call.getJsonArray("messages")) {
      JsonObject message = (JsonObject) each;
      if ("user".equals(message.getString("role"))) {
        texts(message.getValue("content")).stream()
            .filter(t -> !t.startsWith("<") && !t.startsWith("[Request interrupted"))
            .forEach(prompts::add);
      }
    }
    return prompts;
  }

  private static List<String> texts(Object content) {
    if (content instanceof String text) {
      return List.of(text.strip());
    }
    List<String> texts = new ArrayList<>();
    for (Object each : (JsonArray) content) {
      JsonObject block = (JsonObject) each;
      if ("text".equals(block.getString("type"))) {
        texts.add(block.getString("text").strip());
      }
    }
    return texts;
  }

  private static boolean answersTool(JsonObject call) {
    JsonArray messages = call.getJsonArray("messages");
    Object content = messages.getJsonObject(messages.size() - 1).getValue("content");
    return content instanceof JsonArray blocks
        && blocks.stream().anyMatch(b -> "tool_result".equals(((JsonObject) b).getString("type")));
  }
}
