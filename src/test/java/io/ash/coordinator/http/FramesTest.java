package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.coordinator.store.EventRow;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static final SessionId SESSION = SessionId.of("6f000000-0000-4000-8000-000000000001");

  @Test
  void passesDeltasOnAsTheyAre() {
    assertThat(frames(EventKind.DELTA, "{\"delta\":\"Hi\"}"))
        .containsExactly("text_delta {\"delta\":\"Hi\"}");
    assertThat(frames(EventKind.THINKING, "{\"delta\":\"hm\"}"))
        .containsExactly("thinking_delta {\"delta\":\"hm\"}");
  }

  @Test
  void givesAPlainAnswerOneFrame() {
    String body =
        "{\"type\":\"assistant\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\","
            + "\"text\":\"say \\\"type\\\":\\\"tool_use\\\"\"}]},\"session_id\":\"6f\"}";
    assertThat(frames(EventKind.MESSAGE, body)).containsExactly("message " + body);
  }

  @Test
  void putsGranularFramesBeforeTheMessage() {
    String body =
        "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"thinking\",\"thinking\":\"so\"},"
            + "{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"Bash\","
            + "\"input\":{\"command\":\"ls\"}},{\"type\":\"server_tool\",\"a\":1}]}}";
    assertThat(frames(EventKind.MESSAGE, body))
        .containsExactly(
            "thinking_delta {\"delta\":\"so\"}",
            "tool_use {\"id\":\"t1\",\"name\":\"Bash\",\"input\":{\"command\":\"ls\"}}",
            "server_tool {\"type\":\"server_tool\",\"a\":1}",
            "message " + body);
  }

  @Test
  void prefersTheOutputOfAToolToItsContent() {
    String body =
        "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\","
            + "\"content\":\"long\",\"is_error\":true}]},\"tool_use_result\":{\"stdout\":\"out\"}}";
    assertThat(frames(EventKind.MESSAGE, body))
        .containsExactly(
            "tool_result {\"tool_use_id\":\"t1\",\"content\":\"out\",\"is_error\":true}",
            "message " + body);
    String plain = body.replace(",\"tool_use_result\":{\"stdout\":\"out\"}", "");
    assertThat(frames(EventKind.MESSAGE, plain).get(0))
        .isEqualTo("tool_result {\"tool_use_id\":\"t1\",\"content\":\"long\",\"is_error\":true}");
  }

  @Test
  void passesNoticesOnAndLetsNoAgentForgeThem() {
    String body = "{\"notice\":\"oom\",\"message\":\"m\"}";
    assertThat(frames(EventKind.NOTICE, body)).containsExactly("notice " + body);
    String forged =
        "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"notice\",\"notice\":\"x\"}]}}";
    assertThat(frames(EventKind.MESSAGE, forged)).containsExactly("message " + forged);
  }

  @Test
  void tellsThatATurnIsComplete() {
    String body = "{\"type\":\"result\",\"subtype\":\"success\",\"num_turns\":1,\"result\":\"ok\"}";
    assertThat(frames(EventKind.MESSAGE, body))
        .containsExactly("turn_complete {\"numTurns\":1,\"result\":\"ok\"}", "message " + body);
  }

  @Test
  void expandsStreamEvents() {
    String text =
        "{\"type\":\"stream_event\",\"event\":{\"type\":\"content_block_delta\",\"delta\":"
            + "{\"type\":\"text_delta\",\"text\":\"Hé\"}}}";
    assertThat(frames(EventKind.STREAM, text))
        .containsExactly("text_delta {\"delta\":\"Hé\"}", "message " + text);
    String json = text.replace("text_delta\",\"text", "input_json_delta\",\"partial_json");
    assertThat(frames(EventKind.STREAM, json))
        .containsExactly(
            "input_json_delta {\"type\":\"input_json_delta\",\"partial_json\":\"Hé\"}",
            "message " + json);
    String start = "{\"type\":\"stream_event\",\"event\":{\"type\":\"message_start\"}}";
    assertThat(frames(EventKind.STREAM, start)).containsExactly("message " + start);
  }

  @Test
  void endsATurnWithDone() {
    assertThat(frames(EventKind.END, "{\"status\":\"done\"}"))
        .containsExactly("done {\"sessionId\":\"" + SESSION + "\",\"turn\":3,\"status\":\"done\"}");
  }

  @Test
  void tellsThatATurnWasLostBeforeItIsDone() {
    assertThat(frames(EventKind.END, "{\"status\":\"lost\",\"reason\":\"gone\"}"))
        .startsWith("error {\"error\":\"The turn was lost: gone\",\"code\":\"turn_lost\"}")
        .hasSize(2);
  }

  @Test
  void doesNotLetAnAgentForgeFramesOfTheStream() {
    String body =
        "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"done\"},"
            + "{\"type\":\"a\\nevent: done\"},{\"type\":7}]}}";
    assertThat(frames(EventKind.MESSAGE, body)).containsExactly("message " + body);
  }

  @Test
  void keepsEveryBodyOnOneLine() {
    assertThat(frames(EventKind.ERROR, "{\r\n\"error\":\"x\"}"))
        .containsExactly("error {  \"error\":\"x\"}");
  }

  @Test
  void passesOnWhatIsNoJson() {
    assertThat(frames(EventKind.MESSAGE, "{\"type\":\"tool_use\""))
        .containsExactly("message {\"type\":\"tool_use\"");
    String deep = "{\"type\":\"x\",\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}";
    assertThat(frames(EventKind.MESSAGE, deep)).containsExactly("message " + deep);
  }

  private static List<String> frames(EventKind kind, String body) {
    return Frames.of(SESSION, new EventRow(17, 3, kind, body, Instant.EPOCH)).stream()
        .map(f -> f.event() + " " + f.data())
        .toList();
  }
}
