package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.testing.AshServer;
import io.ash.testing.SseReader;
import io.ash.testing.SseReader.Frame;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that misbehave disturb only their own session. */
class HostileAgentIT {
  private static final String READ = "while IFS= read -r line; do case $line in *user.message*) ";
  private static final String DONE = "printf '{\"type\":\"done\"}\\n';; esac; done\n";

  @TempDir static Path directory;
  private static AshServer server;
  private static String neighbour;

  @BeforeAll
  static void start() throws Exception {
    server = AshServer.start(directory.resolve("data"), Map.of());
    server.post("/api/agents", "{\"name\":\"instant\",\"builtin\":\"instant\"}");
    neighbour = session("instant");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void theNeighbourIsUndisturbed() {
    assertThat(events(send(neighbour, "still there?").untilOver())).endsWith("done");
  }

  @Test
  void garbageBecomesErrorsOfItsTurnWhichGoesOn() throws Exception {
    String id = agent("garbage", READ + "echo '}{ not json'; echo '[1]'; echo; " + DONE);
    List<String> events = events(send(id, "hi").untilOver());
    assertThat(events).contains("error").endsWith("done");
    end(id);
  }

  @Test
  void aLineOfAHundredMegabytesIsSkipped() throws Exception {
    String id =
        agent("longline", READ + "head -c 104857600 /dev/zero | tr '\\0' 'x'; echo; " + DONE);
    assertThat(events(send(id, "hi").untilOver())).contains("error").endsWith("done");
    end(id);
  }

  @Test
  void halfACharacterIsReplaced() throws Exception {
    String id =
        agent("half", READ + "printf '{\"type\":\"message\",\"text\":\"a\\303\"}\\n'; " + DONE);
    List<Frame> frames = send(id, "hi").untilOver().frames();
    assertThat(frames).extracting(Frame::event).endsWith("done");
    end(id);
  }

  @Test
  void anAgentThatSaysNothingIsInterrupted() throws Exception {
    String id = agent("silent", "trap '' INT\nwhile IFS= read -r line; do :; done\nsleep 1000\n");
    SseReader turn = send(id, "hi").until("session_start");
    Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .until(
            () ->
                server.call("POST", "/api/sessions/" + id + "/interrupt", "{}").status() / 100
                    == 2);
    turn.untilOver();
    assertThat(turn.frames().get(turn.frames().size() - 1).data()).contains("interrupted");
    end(id);
  }

  @Test
  void anAgentThatClosesItsOutputFailsItsTurn() throws Exception {
    String id = agent("closed", READ + "exec 1>&-; sleep 1000;; esac; done\n");
    assertThat(events(send(id, "hi").untilOver())).contains("error").endsWith("done");
    end(id);
  }

  @Test
  void anAgentThatDiesFailsItsTurnAndTheNextOneHasANewProcess() throws Exception {
    String id = agent("dying", READ + "kill -9 $$;; esac; done\n");
    assertThat(events(send(id, "hi").untilOver())).contains("error").endsWith("done");
    assertThat(events(send(id, "again").untilOver())).contains("error").endsWith("done");
    end(id);
  }

  @Test
  void aForkBombStaysInItsSandbox() throws Exception {
    String id = agent("bomb", READ + "b() { b | b & }; b; sleep 2; " + DONE);
    SseReader turn = send(id, "hi").until("session_start");
    theNeighbourIsUndisturbed();
    end(id);
    turn.untilOver();
  }

  @Test
  void anAgentThatIgnoresTermIsEndedAllTheSame() throws Exception {
    String id = agent("stubborn", "trap '' TERM INT HUP\n" + READ + DONE + "sleep 1000\n");
    assertThat(events(send(id, "hi").untilOver())).endsWith("done");
    end(id);
    assertThat(server.process().descendants().map(p -> p.info().commandLine().orElse("")))
        .noneMatch(c -> c.contains("stubborn"));
  }

  private static String agent(String name, String script) throws Exception {
    String files =
        "[{\"path\":\"CLAUDE.md\",\"content\":\"eA==\"},{\"path\":\"ash.yaml\",\"content\":\""
            + base64("runtime: jsonl\ncommand: [sh, " + name + ".sh]\n")
            + "\"},{\"path\":\""
            + name
            + ".sh\",\"content\":\""
            + base64(script)
            + "\"}]";
    server.post("/api/agents", "{\"name\":\"" + name + "\",\"files\":" + files + "}");
    return session(name);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String session(String agent) throws Exception {
    return server.post("/api/sessions", "{\"agent\":\"" + agent + "\"}").at("/session/id").asText();
  }

  private static SseReader send(String session, String text) {
    return server.stream(
        "POST", "/api/sessions/" + session + "/messages", "{\"content\":\"" + text + "\"}");
  }

  private static List<String> events(SseReader reader) {
    return reader.frames().stream().map(Frame::event).toList();
  }

  private static void end(String session) throws Exception {
    assertThat(server.call("DELETE", "/api/sessions/" + session, null).status()).isEqualTo(200);
  }
}
