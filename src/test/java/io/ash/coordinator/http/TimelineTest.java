package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.coordinator.store.EventRow;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private final Timeline timeline = new Timeline();

  @Test
  void classifiesTheBlocksOfAMessageInOrder() {
    String body =
        "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"thinking\",\"thinking\":\"so\"},"
            + "{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"Bash\","
            + "\"input\":{\"command\":\"ls\"}}]}}";
    assertThat(events(7, EventKind.MESSAGE, body))
        .containsExactly(
            "7000 reasoning {\"thinking\":\"so\"}",
            "7001 text {\"text\":\"x\"}",
            "7002 tool_start {\"toolName\":\"Bash\",\"toolId\":\"t1\",\"input\":{\"command\":\"ls\"}}");
    String result =
        "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\","
            + "\"content\":\"a.txt\"}]}}";
    assertThat(events(8, EventKind.MESSAGE, result))
        .containsExactly(
            "8000 tool_result {\"toolName\":\"Bash\",\"toolId\":\"t1\",\"stdout\":\"a.txt\","
                + "\"stderr\":\"\"}");
  }

  @Test
  void showsEndsErrorsAndLifecycle() {
    assertThat(
            events(1, EventKind.MESSAGE, "{\"type\":\"result\",\"num_turns\":2,\"result\":\"ok\"}"))
        .containsExactly("1000 turn_complete {\"numTurns\":2,\"result\":\"ok\"}");
    assertThat(events(2, EventKind.ERROR, "{\"error\":\"no\"}"))
        .containsExactly("2000 error {\"error\":\"no\"}");
    assertThat(events(3, EventKind.LIFECYCLE, "{\"action\":\"paused\"}"))
        .containsExactly("3000 lifecycle {\"action\":\"paused\"}");
    assertThat(events(4, EventKind.END, "{\"status\":\"lost\",\"reason\":\"gone\"}"))
        .containsExactly("4000 error {\"error\":\"The turn was lost: gone\"}");
    assertThat(events(5, EventKind.END, "{\"status\":\"done\"}")).isEmpty();
    assertThat(events(6, EventKind.PARTIAL, "{\"text\":\"hal\"}"))
        .containsExactly("6000 text {\"text\":\"hal\",\"partial\":true}");
    assertThat(events(7, EventKind.USER, "{\"type\":\"user\",\"content\":\"x\"}")).isEmpty();
  }

  @Test
  void showsNoticesUnderATypeThatClientsKnow() {
    assertThat(events(1, EventKind.NOTICE, "{\"notice\":\"oom\",\"message\":\"m\",\"n\":1}"))
        .containsExactly(
            "1000 lifecycle {\"action\":\"notice\",\"notice\":\"oom\",\"message\":\"m\",\"n\":1}");
  }

  @Test
  void showsToolServersThatTheAgentReports() {
    String init =
        "{\"type\":\"system\",\"subtype\":\"init\",\"mcp_servers\":[{\"name\":\"s\",\"status\":\"failed\"}]}";
    assertThat(events(1, EventKind.MESSAGE, init))
        .containsExactly(
            "1000 mcp_status {\"action\":\"status\",\"servers\":[{\"name\":\"s\",\"status\":\"failed\"}]}");
  }

  @Test
  void survivesBodiesThatAreNoMessages() {
    assertThat(events(1, EventKind.MESSAGE, "not json")).isEmpty();
    assertThat(events(1, EventKind.MESSAGE, "[]")).isEmpty();
    assertThat(events(1, EventKind.MESSAGE, "{\"type\":\"assistant\",\"message\":7}")).isEmpty();
  }

  @Test
  void namesRowsTheSameForEver() {
    SessionId session = SessionId.of("6f000000-0000-4000-8000-000000000001");
    assertThat(Names.event(session, 7000)).isEqualTo(Names.event(session, 7000));
    assertThat(Names.event(session, 7000)).isNotEqualTo(Names.message(session, 7000));
    UUID dns = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    assertThat(Names.version5(dns, "www.example.com"))
        .hasToString("2ed6657d-e927-568b-95e1-2665a8aea6a2");
  }

  private List<String> events(long seq, EventKind kind, String body) {
    return timeline.of(new EventRow(seq, 1, kind, body, Instant.EPOCH)).stream()
        .map(e -> e.sequence() + " " + e.type() + " " + Json.text(e.data()))
        .toList();
  }
}
