package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.store.EventRow;
import io.ash.model.SessionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Expands a row of the journal into the frames a client reads: a pure function.
 *
 * <p>A client resumes at a frame by its index, so the frames of a row must never change their order
 * or number for rows that exist; a new kind of frame belongs behind the others of its row.
 */
final class Frames {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

  /** Names that say something about the stream itself or that no agent may forge. */
  private static final Set<String> RESERVED =
      Set.of(
          "session_start",
          "session_end",
          "text_delta",
          "thinking_delta",
          "tool_use",
          "tool_result",
          "turn_complete",
          "message",
          "error",
          "done",
          "lifecycle",
          "notice",
          "user_message",
          "partial",
          "caught_up",
          "reset",
          "disconnecting");

  private Frames() {}

  /** The frames of one row, at least one. */
  static List<Frame> of(SessionId session, EventRow row) {
    String body = line(row.body());
    return switch (row.kind()) {
      case DELTA -> List.of(new Frame("text_delta", body));
      case THINKING -> List.of(new Frame("thinking_delta", body));
      case STREAM -> stream(body);
      case MESSAGE -> message(body);
      case ERROR -> List.of(new Frame("error", body));
      case LIFECYCLE -> List.of(new Frame("lifecycle", body));
      case NOTICE -> List.of(new Frame("notice", body));
      case USER -> List.of(new Frame("user_message", body));
      case PARTIAL -> List.of(new Frame("partial", body));
      case END -> end(session, row.turn(), body);
    };
  }

  private static List<Frame> stream(String body) {
    JsonNode delta = StoredMessage.whole(body).tree().path("event").path("delta");
    List<Frame> frames = new ArrayList<>();
    String type = delta.path("type").asText("");
    switch (type) {
      case "text_delta" -> frames.add(delta("text_delta", delta.path("text")));
      case "thinking_delta" -> frames.add(delta("thinking_delta", delta.path("thinking")));
      default -> foreign(frames, type, delta);
    }
    frames.add(new Frame("message", body));
    return frames;
  }

  private static List<Frame> message(String body) {
    StoredMessage message = StoredMessage.of(body);
    List<Frame> frames = new ArrayList<>();
    switch (message.type()) {
      case "assistant" -> message.blocks().forEach(block -> said(frames, block));
      case "user" -> message.blocks().forEach(block -> result(frames, message, block));
      case "result" -> frames.add(complete(message.tree()));
      default -> {
        // everything else is passed on as it is
      }
    }
    frames.add(new Frame("message", body));
    return frames;
  }

  private static void said(List<Frame> frames, JsonNode block) {
    String type = block.path("type").asText("");
    switch (type) {
      case "text" -> {
        // a whole text is in the message itself
      }
      case "thinking" -> frames.add(delta("thinking_delta", block.path("thinking")));
      case "tool_use" -> {
        ObjectNode data = Json.object();
        copy(block, data, "id");
        copy(block, data, "name");
        copy(block, data, "input");
        frames.add(new Frame("tool_use", Json.text(data)));
      }
      default -> foreign(frames, type, block);
    }
  }

  private static void result(List<Frame> frames, StoredMessage message, JsonNode block) {
    if (!block.path("type").asText("").equals("tool_result")) {
      return;
    }
    ObjectNode data = Json.object();
    copy(block, data, "tool_use_id");
    JsonNode stdout = message.tree().path("tool_use_result").path("stdout");
    if (stdout.isTextual() && message.blocks().size() == 1) {
      data.set("content", stdout);
    } else {
      copy(block, data, "content");
    }
    copy(block, data, "is_error");
    frames.add(new Frame("tool_result", Json.text(data)));
  }

  private static Frame complete(JsonNode result) {
    ObjectNode data = Json.object();
    if (result.has("num_turns")) {
      data.set("numTurns", result.get("num_turns"));
    }
    copy(result, data, "result");
    return new Frame("turn_complete", Json.text(data));
  }

  private static List<Frame> end(SessionId session, int turn, String body) {
    JsonNode end = StoredMessage.whole(body).tree();
    List<Frame> frames = new ArrayList<>();
    ObjectNode done = Json.object().put("sessionId", session.toString());
    String status = end.path("status").asText("");
    if (status.equals("lost")) {
      String reason = end.path("reason").asText("its sandbox is gone");
      ObjectNode error = Json.object().put("error", "The turn was lost: " + reason);
      frames.add(new Frame("error", Json.text(error.put("code", "turn_lost"))));
    }
    done.put("turn", turn);
    copy(end, done, "status");
    copy(end, done, "reason");
    frames.add(new Frame("done", Json.text(done)));
    return frames;
  }

  private static Frame delta(String name, JsonNode text) {
    return new Frame(name, Json.text(Json.object().put("delta", text.asText(""))));
  }

  /** A frame under a name that an agent chose. */
  private static void foreign(List<Frame> frames, String name, JsonNode data) {
    if (NAME.matcher(name).matches() && !RESERVED.contains(name)) {
      frames.add(new Frame(name, Json.text(data)));
    }
  }

  private static void copy(JsonNode from, ObjectNode to, String name) {
    if (from.has(name)) {
      to.set(name, from.get(name));
    }
  }

  /** Line breaks in JSON stand only between its words. */
  private static String line(String body) {
    return body.indexOf('\n') < 0 && body.indexOf('\r') < 0
        ? body
        : body.replace('\n', ' ').replace('\r', ' ');
  }
}
