package io.ash.app;

import io.ash.app.client.ApiClient;
import io.ash.app.client.BuiltInAgent;
import io.ash.app.client.Frame;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;

/** The conversation of the demo, printed as it happens. */
final class Conversation {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String AGENT = "echo";

  private final ApiClient api;
  private final PrintWriter out;
  private boolean inText;

  Conversation(ApiClient api, PrintWriter out) {
    this.api = api;
    this.out = out;
  }

  void run() {
    step("Deploying the built-in agent 'echo'");
    ask("deploy", api.post("/api/agents", BuiltInAgent.deploy("echo", AGENT)));
    step("Opening a session: the agent starts in a sandbox of its own");
    JsonObject opened =
        ask("create", api.post("/api/sessions", new JsonObject().put("agent", AGENT)));
    JsonObject session = opened.getJsonObject("session");
    String path = "/api/sessions/" + session.getString("id");
    line("session " + session.getString("id") + ", status " + session.getString("status"));

    message(path, "Hello! My name is Ada.");
    message(path, "What did I say first?");

    step("Pausing and resuming the session");
    show(ask("pause", api.post(path + "/pause", new JsonObject())));
    show(ask("resume", api.post(path + "/resume", new JsonObject())));

    message(path, "And what do you remember now?");

    step("Ending the session");
    show(ask("end", api.delete(path)));
  }

  private void message(String path, String text) {
    step("You: " + text);
    Reply reply = new Reply();
    ask(
        "message",
        api.stream(path + "/messages", new JsonObject().put("content", text), reply::take));
    if (!reply.error.isEmpty()) {
      throw new CannotStart(ExitCode.FAILED, "the agent failed: " + reply.error);
    }
    if (!reply.done) {
      throw new CannotStart(ExitCode.FAILED, "the stream ended before the agent was done");
    }
  }

  private <T> T ask(String what, Future<T> answer) {
    return Await.result(what, answer, LIMIT);
  }

  private void show(JsonObject answer) {
    line("status " + answer.getJsonObject("session").getString("status"));
  }

  private void step(String text) {
    out.println("\n== " + text);
    out.flush();
  }

  private void line(String text) {
    if (inText) {
      out.println();
      inText = false;
    }
    out.println("   " + text);
    out.flush();
  }

  private void write(String text) {
    if (!inText) {
      out.print("   ");
      inText = true;
    }
    out.print(text);
    out.flush();
  }

  /** One answer of the agent. */
  private final class Reply {
    private boolean done;
    private boolean streamed;
    private String error = "";

    void take(Frame frame) {
      JsonObject data = frame.data();
      switch (frame.event()) {
        case "text_delta" -> {
          streamed = true;
          write(data.getString("delta", ""));
        }
        case "tool_use" ->
            line("[tool " + data.getString("name") + " " + data.getValue("input") + "]");
        case "tool_result" -> line("[tool says: " + data.getValue("content") + "]");
        case "message" -> whole(data);
        case "error" -> error = String.valueOf(data.getValue("error"));
        case "done" -> {
          line("[done]");
          done = true;
        }
        default -> {} // session_start, turn_complete: nothing a person reads
      }
    }

    /** Text that was not streamed piece by piece. */
    private void whole(JsonObject data) {
      if (!"assistant".equals(data.getString("type")) || streamed) {
        return;
      }
      data.getJsonObject("message")
          .getJsonArray("content")
          .forEach(
              block -> {
                if (block instanceof JsonObject b && "text".equals(b.getString("type"))) {
                  line(b.getString("text"));
                }
              });
    }
  }
}
