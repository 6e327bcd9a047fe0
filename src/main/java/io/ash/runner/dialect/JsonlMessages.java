package io.ash.runner.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.model.SessionId;

/**
 * Gives the lines of a jsonl agent the form that a model SDK gives its messages, so that clients
 * read one form whatever the agent speaks. Stateless.
 */
final class JsonlMessages {
  private final String session;

  JsonlMessages(SessionId session) {
    this.session = session.toString();
  }

  /** A {@code message} line: {@code text}, or {@code content} with blocks. */
  ObjectNode message(ObjectNode line) throws Malformed {
    JsonNode content = line.get("content");
    if (content == null || content.isNull()) {
      return assistant(textBlocks(StrictJson.string(line, "text")));
    }
    if (content.isTextual()) {
      return assistant(textBlocks(content.textValue()));
    }
    if (!(content instanceof ArrayNode blocks)) {
      throw new Malformed("has a 'content' that is neither a string nor an array of blocks");
    }
    for (JsonNode block : blocks) {
      if (!block.path("type").isTextual()) {
        throw new Malformed("has a block in 'content' that has no 'type'");
      }
    }
    return assistant(blocks);
  }

  /** A {@code tool_use} line: {@code id}, {@code name}, {@code input}. */
  ObjectNode toolUse(ObjectNode line) throws Malformed {
    ObjectNode block = StrictJson.object().put("type", "tool_use");
    block.put("id", StrictJson.string(line, "id"));
    block.put("name", StrictJson.string(line, "name"));
    JsonNode input = line.get("input");
    if (input != null && !input.isNull() && !input.isObject()) {
      throw new Malformed("has an 'input' that is not an object");
    }
    block.set("input", input == null || input.isNull() ? StrictJson.object() : input);
    return assistant(one(block));
  }

  /** A {@code tool_result} line: {@code toolUseId}, {@code content}, {@code isError}. */
  ObjectNode toolResult(ObjectNode line) throws Malformed {
    ObjectNode block = StrictJson.object().put("type", "tool_result");
    block.put("tool_use_id", StrictJson.string(line, "toolUseId"));
    JsonNode content = line.get("content");
    if (content == null || content.isNull()) {
      throw new Malformed("has no 'content'");
    }
    block.set("content", content);
    JsonNode isError = line.get("isError");
    if (isError != null && !isError.isNull()) {
      if (!isError.isBoolean()) {
        throw new Malformed("has an 'isError' that is not a boolean");
      }
      block.set("is_error", isError);
    }
    ObjectNode message = envelope("user", "user", one(block));
    JsonNode raw =
        content.isTextual() ? StrictJson.object().put("stdout", content.textValue()) : content;
    message.set("tool_use_result", raw);
    return message.put("session_id", session);
  }

  /** The head of a result; what it costs and how long it took is added by the caller. */
  ObjectNode result(String subtype) {
    return StrictJson.object()
        .put("type", "result")
        .put("subtype", subtype)
        .put("session_id", session)
        .put("is_error", false);
  }

  /** The text of an assistant message: its text blocks, one after the other. */
  static String textOf(ObjectNode assistant) {
    StringBuilder text = new StringBuilder();
    for (JsonNode block : assistant.path("message").path("content")) {
      if ("text".equals(block.path("type").textValue())) {
        text.append(block.path("text").asText(""));
      }
    }
    return text.toString();
  }

  private ObjectNode assistant(ArrayNode content) {
    return envelope("assistant", "assistant", content).put("session_id", session);
  }

  private static ObjectNode envelope(String type, String role, ArrayNode content) {
    ObjectNode message = StrictJson.object().put("role", role);
    message.set("content", content);
    ObjectNode envelope = StrictJson.object().put("type", type);
    envelope.set("message", message);
    return envelope;
  }

  private static ArrayNode textBlocks(String text) {
    return one(StrictJson.object().put("type", "text").put("text", text));
  }

  private static ArrayNode one(ObjectNode block) {
    ObjectNode holder = StrictJson.object();
    return holder.putArray("blocks").add(block);
  }
}
