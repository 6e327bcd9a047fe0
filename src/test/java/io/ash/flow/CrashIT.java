package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.testing.AshServer;
import io.ash.testing.SseReader;
import io.ash.testing.SseReader.Frame;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server is killed during turns and started again on the same directory: nothing that was
 * accepted and nothing that a client saw is lost, every turn ends once, the conversation goes on.
 */
class CrashIT {
  private static final int KILLS = 20;

  private final Random random = new Random(20_261_122);
  private final List<String> accepted = new ArrayList<>();
  private final Map<String, Frame> seen = new HashMap<>();

  @Test
  void losesNothingOverTwentyKillsDuringTurns(@TempDir Path directory) throws Exception {
    try (AshServer server = AshServer.start(directory.resolve("data"), Map.of())) {
      server.post("/api/agents", "{\"name\":\"echo\",\"builtin\":\"echo\"}");
      String session =
          server.post("/api/sessions", "{\"agent\":\"echo\"}").at("/session/id").asText();
      for (int kill = 0; kill < KILLS; kill++) {
        killDuringATurn(server, session, kill);
        server.start();
        check(server, session);
      }
      converse(server, session);
      check(server, session);
    }
  }

  private void killDuringATurn(AshServer server, String session, int kill) throws Exception {
    String text = "message " + kill + " pause=20 one two three four five six seven eight";
    SseReader live = server.stream("GET", path(session, "/stream?after=tail"), null);
    live.status();
    SseReader turn = send(server, session, text);
    turn.untilFrames(random.nextInt(12));
    server.kill();
    turn.untilOver();
    live.untilOver();
    if (turn.status() == 200 && !turn.frames().isEmpty()) {
      accepted.add(text);
    }
    remember(live);
    remember(turn);
  }

  private void remember(SseReader reader) {
    for (Frame f : reader.frames()) {
      if (!f.id().isEmpty()) {
        Frame before = seen.put(f.id(), f);
        assertThat(before == null || before.data().equals(f.data()))
            .as("frame %s changed from %s to %s", f.id(), before, f)
            .isTrue();
      }
    }
  }

  /** The journal has what the clients have, and every turn ends once. */
  private void check(AshServer server, String session) throws Exception {
    SseReader whole = server.stream("GET", path(session, "/stream?after=0"), null);
    whole.until("caught_up");
    Awaitility.await("a turn that waited for the restart ends, too")
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> count(whole, "done") == count(whole, "user_message"));
    Map<String, Frame> journal = new HashMap<>();
    whole.frames().forEach(f -> journal.put(f.id(), f));
    seen.forEach(
        (id, f) -> {
          assertThat(journal).as("a frame that a client saw").containsKey(id);
          assertThat(journal.get(id).data()).isEqualTo(f.data());
        });
    List<String> users =
        whole.frames().stream()
            .filter(f -> f.event().equals("user_message"))
            .map(Frame::data)
            .toList();
    for (String text : accepted) {
      assertThat(users).filteredOn(u -> u.contains(text)).hasSize(1);
    }
    assertThat(count(whole, "done")).isEqualTo(users.size());
  }

  private static long count(SseReader reader, String event) {
    return reader.frames().stream().filter(f -> f.event().equals(event)).count();
  }

  private void converse(AshServer server, String session) throws Exception {
    SseReader turn = send(server, session, "the last one");
    turn.untilOver();
    accepted.add("the last one");
    remember(turn);
    assertThat(turn.frames()).extracting(Frame::event).contains("done").doesNotContain("error");
    JsonNode messages = server.get(path(session, "/messages?limit=1000"));
    assertThat(messages.at("/messages").toString()).contains("the last one");
    assertThat(turn.frames().toString()).as("the agent remembers").contains("message");
  }

  private static SseReader send(AshServer server, String session, String text) {
    return server.stream("POST", path(session, "/messages"), "{\"content\":\"" + text + "\"}");
  }

  private static String path(String session, String rest) {
    return "/api/sessions/" + session + rest;
  }
}
