package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;

/**
 * A raw message of a model SDK as it lies in the journal, read only where that is needed.
 *
 * <p>Most messages hold nothing but text: a look at the names in the text spares parsing them.
 */
final class StoredMessage {
  private static final String TYPE = "\"type\"";

  /** Types in a message that calls for no frame of its own. */
  private static final Set<String> PLAIN = Set.of("assistant", "message", "text");

  private final JsonNode tree;

  private StoredMessage(JsonNode tree) {
    this.tree = tree;
  }

  /** Reads a body; what is no JSON object reads like an empty one. */
  static StoredMessage of(String body) {
    if (onlyText(body)) {
      return new StoredMessage(MissingNode.getInstance());
    }
    try {
      return new StoredMessage(Json.stored(body));
    } catch (UncheckedIOException e) {
      return new StoredMessage(MissingNode.getInstance());
    }
  }

  /** Reads a body whatever it holds. */
  static StoredMessage whole(String body) {
    try {
      return new StoredMessage(Json.stored(body));
    } catch (UncheckedIOException e) {
      return new StoredMessage(MissingNode.getInstance());
    }
  }

  /** The kind of message: assistant, user, result, system, stream_event, … */
  String type() {
    return tree.path("type").asText("");
  }

  JsonNode tree() {
    return tree;
  }

  /** The blocks of its content; none where the content is a plain string. */
  List<JsonNode> blocks() {
    JsonNode content = tree.path("message").path("content");
    return content.isArray() ? List.copyOf(list(content)) : List.of();
  }

  private static List<JsonNode> list(JsonNode array) {
    List<JsonNode> all = new java.util.ArrayList<>(array.size());
    array.forEach(all::add);
    return all;
  }

  private static boolean onlyText(String body) {
    int at = body.indexOf(TYPE);
    while (at >= 0) {
      int open = skip(body, at + TYPE.length());
      int close = body.indexOf('"', open + 1);
      if (open < 0 || close < 0 || !PLAIN.contains(body.substring(open + 1, close))) {
        return false;
      }
      at = body.indexOf(TYPE, close + 1);
    }
    return true;
  }

  /** The opening quote of the string that follows {@code : }, or -1. */
  private static int skip(String body, int from) {
    boolean colon = false;
    for (int i = from; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c == '"') {
        return colon ? i : -1;
      }
      if (c == ':' && !colon) {
        colon = true;
      } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
        return -1;
      }
    }
    return -1;
  }
}
