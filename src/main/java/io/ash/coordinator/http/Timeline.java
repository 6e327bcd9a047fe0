package io.ash.coordinator.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.coordinator.store.EventRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Classifies rows of a journal, in order; remembers the names of tools so that results can tell
 * them. Not thread-safe.
 */
final class Timeline {
  /** Every type there is. */
  static final List<String> TYPES =
      List.of(
          "text",
          "tool_start",
          "tool_result",
          "reasoning",
          "error",
          "turn_complete",
          "lifecycle",
          "mcp_status");

  /** Events of one row that can be numbered. */
  static final int PER_ROW = 1000;

  private final Map<String, String> tools = new HashMap<>();

  /** The events of the next row, possibly none. */
  List<TimelineEvent> of(EventRow row) {
    List<Entry> entries = new ArrayList<>();
    switch (row.kind()) {
      case MESSAGE -> message(entries, StoredMessage.whole(row.body()));
      case ERROR -> entries.add(new Entry("error", tree(row)));
      case LIFECYCLE -> entries.add(new Entry("lifecycle", tree(row)));
      case NOTICE -> entries.add(new Entry("lifecycle", notice(tree(row))));
      case PARTIAL ->
          entries.add(
              new Entry(
                  "text",
                  Json.object()
                      .put("text", tree(row).path("text").asText(""))
                      .put("partial", true)));
      case END -> end(entries, tree(row));
      case USER, DELTA, THINKING, STREAM -> {
        // nothing of these is part of the timeline
      }
    }
    List<TimelineEvent> events = new ArrayList<>();
    for (int k = 0; k < Math.min(PER_ROW, entries.size()); k++) {
      Entry e = entries.get(k);
      events.add(new TimelineEvent(row.seq() * PER_ROW + k, e.type(), e.data(), row.at()));
    }
    return events;
  }

  private record Entry(String type, JsonNode data) {}

  private static JsonNode tree(EventRow row) {
    return StoredMessage.whole(row.body()).tree();
  }

  /** Known clients refuse types that they do not know, so a notice comes under one of theirs. */
  private static JsonNode notice(JsonNode body) {
    ObjectNode data = Json.object().put("action", "notice");
    body.fields().forEachRemaining(member -> data.set(member.getKey(), member.getValue()));
    return data;
  }

  private void message(List<Entry> entries, StoredMessage message) {
    switch (message.type()) {
      case "assistant" -> message.blocks().forEach(block -> said(entries, block));
      case "user" -> message.blocks().forEach(block -> result(entries, message, block));
      case "result" -> {
        ObjectNode data = Json.object();
        data.set("numTurns", message.tree().get("num_turns"));
        data.set("result", message.tree().get("result"));
        entries.add(new Entry("turn_complete", data));
      }
      case "system" -> {
        JsonNode servers = message.tree().path("mcp_servers");
        if (servers.isArray() && !servers.isEmpty()) {
          ObjectNode data = Json.object().put("action", "status");
          entries.add(new Entry("mcp_status", data.set("servers", servers)));
        }
      }
      default -> {
        // other messages are not classified
      }
    }
  }

  private void said(List<Entry> entries, JsonNode block) {
    switch (block.path("type").asText("")) {
      case "text" ->
          entries.add(new Entry("text", Json.object().put("text", block.path("text").asText(""))));
      case "thinking" ->
          entries.add(
              new Entry(
                  "reasoning", Json.object().put("thinking", block.path("thinking").asText(""))));
      case "tool_use" -> {
        String id = block.path("id").asText("");
        String name = block.path("name").asText("");
        tools.put(id, name);
        ObjectNode data = Json.object().put("toolName", name).put("toolId", id);
        entries.add(new Entry("tool_start", data.set("input", block.path("input"))));
      }
      default -> {
        // unknown blocks are in the message itself
      }
    }
  }

  private void result(List<Entry> entries, StoredMessage message, JsonNode block) {
    if (!block.path("type").asText("").equals("tool_result")) {
      return;
    }
    String id = block.path("tool_use_id").asText("");
    JsonNode ran = message.tree().path("tool_use_result");
    JsonNode content = block.path("content");
    ObjectNode data = Json.object().put("toolName", tools.get(id)).put("toolId", id);
    if (ran.path("stdout").isTextual()) {
      data.set("stdout", ran.get("stdout"));
    } else {
      data.put("stdout", content.isTextual() ? content.textValue() : Json.text(content));
    }
    data.put("stderr", ran.path("stderr").asText(""));
    if (block.path("is_error").asBoolean(false)) {
      data.put("isError", true);
    }
    entries.add(new Entry("tool_result", data));
  }

  private static void end(List<Entry> entries, JsonNode end) {
    if (end.path("status").asText("").equals("lost")) {
      String reason = end.path("reason").asText("its sandbox is gone");
      entries.add(new Entry("error", Json.object().put("error", "The turn was lost: " + reason)));
    }
  }
}
