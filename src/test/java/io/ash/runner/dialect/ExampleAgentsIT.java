package io.ash.runner.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.RuntimeKind;
import io.ash.model.SessionId;
import io.ash.model.TurnStatus;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built-in agents as real processes. */
class ExampleAgentsIT {
  private static final SessionId SESSION = SessionId.of("11111111-2222-3333-4444-555555555555");

  @TempDir Path root;

  private PipedAgent agent(String name, String program, String file) throws IOException {
    Path workspace = Files.createDirectories(root.resolve("workspace"));
    for (String line : index()) {
      if (line.startsWith(name + "/")) {
        Files.write(workspace.resolve(line.substring(name.length() + 1)), resource(line));
      }
    }
    Executables executables = new Executables(System.getenv("PATH"));
    assumeTrue(
        executables.find(program).isPresent(),
        "the agent '" + name + "' needs '" + program + "', which is not on PATH");
    Program found =
        new Programs(executables, null, false).find(RuntimeKind.JSONL, List.of(program, file));
    return new PipedAgent(found, SESSION, root, Map.of("ECHO_PAUSE_MS", "0"), "");
  }

  private PipedAgent echo() throws IOException {
    return agent("echo", "node", "agent.mjs");
  }

  private static List<String> index() throws IOException {
    return new String(resource("index"), StandardCharsets.UTF_8).lines().toList();
  }

  private static byte[] resource(String path) throws IOException {
    try (InputStream in = ExampleAgentsIT.class.getResourceAsStream("/agents/" + path)) {
      assertThat(in).as("resource %s", path).isNotNull();
      return in.readAllBytes();
    }
  }

  private static void launch(PipedAgent agent, boolean resumed) throws IOException {
    agent.launch(resumed, AgentSettings.NONE, TurnOptions.NONE);
  }

  /** Events as short lines, so that a transcript can be read. */
  private static List<String> transcript(List<Event> events) {
    return events.stream().map(e -> e.turn() + " " + e.kind().text() + " " + gist(e)).toList();
  }

  private static String gist(Event event) {
    JsonObject body = new JsonObject(event.body());
    if (event.kind() != EventKind.MESSAGE) {
      return body.encode();
    }
    return body.getString("type").equals("result")
        ? "result " + body.getString("result") + " turns " + body.getInteger("num_turns")
        : body.getJsonObject("message").getJsonArray("content").encode();
  }

  @Test
  void indexListsEveryFileOfEveryAgent() throws IOException {
    Path source = Path.of("src/main/resources/agents");
    try (Stream<Path> files = Files.walk(source)) {
      assertThat(index())
          .containsExactlyElementsOf(
              files
                  .filter(Files::isRegularFile)
                  .map(f -> source.relativize(f).toString())
                  .filter(f -> !f.equals("index"))
                  .sorted()
                  .toList());
    }
  }

  @Test
  void echoStreamsUsesAToolAndRemembers() throws Exception {
    try (PipedAgent agent = echo()) {
      launch(agent, false);
      agent.run(new Turn(1, "\"hi\""));

      List<Event> events =
          agent.run(new Turn(2, "[{\"type\":\"text\",\"text\":\"again\"},{\"type\":\"image\"}]"));

      assertThat(transcript(events))
          .containsExactly(
              "2 message [{\"type\":\"tool_use\",\"id\":\"note-2\",\"name\":\"take_note\","
                  + "\"input\":{\"path\":\"notes/turn-2.txt\",\"text\":\"again\"}}]",
              "2 message [{\"type\":\"tool_result\",\"tool_use_id\":\"note-2\","
                  + "\"content\":\"notes: turn-1.txt, turn-2.txt\"}]",
              "2 delta {\"delta\":\"You \"}",
              "2 delta {\"delta\":\"said: \"}",
              "2 delta {\"delta\":\"\\\"again\\\". \"}",
              "2 delta {\"delta\":\"Before \"}",
              "2 delta {\"delta\":\"that \"}",
              "2 delta {\"delta\":\"you \"}",
              "2 delta {\"delta\":\"said: \"}",
              "2 delta {\"delta\":\"\\\"hi\\\".\"}",
              "2 message [{\"type\":\"text\","
                  + "\"text\":\"You said: \\\"again\\\". Before that you said: \\\"hi\\\".\"}]",
              "2 message result You said: \"again\". Before that you said: \"hi\". turns 2",
              "2 end {\"status\":\"done\"}");
      assertThat(root.resolve("workspace/notes/turn-2.txt")).hasContent("again");
    }
  }

  @Test
  void echoRemembersAfterItsProcessWasKilled() throws Exception {
    try (PipedAgent agent = echo()) {
      launch(agent, false);
      agent.run(new Turn(1, "\"first\""));
      agent.start(new Turn(2, "\"second pause=60000\""));
      agent.until(e -> e.kind() == EventKind.DELTA);
      agent.kill();
      List<Event> dead = agent.until(e -> e.kind() == EventKind.END);
      launch(agent, true);

      List<Event> events = agent.run(new Turn(3, "\"third\""));

      assertThat(dead.get(dead.size() - 1).ends()).isEqualTo(TurnStatus.FAILED);
      assertThat(transcript(events))
          .contains(
              "3 message result Back again. You said: \"third\". Before that you said: \"first\","
                  + " \"second pause=60000\". turns 2");
    }
  }

  @Test
  void echoStopsWhenInterrupted() throws Exception {
    try (PipedAgent agent = echo()) {
      launch(agent, false);
      agent.start(new Turn(1, "\"slowly pause=60000\""));
      agent.until(e -> e.kind() == EventKind.DELTA);
      agent.interrupt(1);

      List<Event> events = agent.until(e -> e.kind() == EventKind.END);

      assertThat(events.get(events.size() - 1).ends()).isEqualTo(TurnStatus.INTERRUPTED);
      assertThat(agent.run(new Turn(2, "\"x\"")).stream().map(Event::ends))
          .contains(TurnStatus.DONE);
    }
  }

  @Test
  void echoIgnoresWhatItDoesNotKnow() throws Exception {
    try (PipedAgent agent = echo()) {
      launch(agent, false);
      agent.write(List.of("garbage", "{\"type\":\"news\"}", "null", "{\"type\":\"interrupt\"}"));

      assertThat(agent.run(new Turn(1, "\"x\"")).stream().map(Event::ends))
          .contains(TurnStatus.DONE);
    }
  }

  @Test
  void notebookUsesToolsAndRemembers() throws Exception {
    try (PipedAgent agent = agent("notebook", "python3", "agent.py")) {
      launch(agent, false);
      agent.write(List.of("garbage", "{\"type\":\"news\"}", "{\"type\":\"interrupt\",\"turn\":0}"));
      agent.run(new Turn(1, "\"buy grüne Äpfel\""));
      agent.run(new Turn(2, "\"call Ada\""));
      agent.kill();
      agent.until(e -> e.kind() == EventKind.LIFECYCLE);
      launch(agent, true);

      assertThat(transcript(agent.run(new Turn(3, "\"find äpfel\""))))
          .containsExactly(
              "3 thinking {\"delta\":\"This is work for find_notes.\"}",
              "3 message [{\"type\":\"tool_use\",\"id\":\"tool-3\",\"name\":\"find_notes\","
                  + "\"input\":{\"word\":\"äpfel\"}}]",
              "3 message [{\"type\":\"tool_result\",\"tool_use_id\":\"tool-3\","
                  + "\"content\":\"1. buy grüne Äpfel\",\"is_error\":false}]",
              "3 message [{\"type\":\"text\",\"text\":\"1. buy grüne Äpfel\"}]",
              "3 message result 1. buy grüne Äpfel turns 2",
              "3 end {\"status\":\"done\"}");
      assertThat(transcript(agent.run(new Turn(4, "\"forget 7\""))))
          .contains("4 message result That did not work: there is no note 7. turns 2");
    }
  }

  @Test
  void instantAnswersAsOftenAsAsked() throws Exception {
    try (PipedAgent agent = agent("instant", "sh", "agent.sh")) {
      launch(agent, false);

      assertThat(transcript(agent.run(new Turn(1, "\"hi\""))))
          .containsExactly(
              "1 message [{\"type\":\"text\",\"text\":\"ok\"}]",
              "1 message result ok turns 1",
              "1 end {\"status\":\"done\"}");
      assertThat(agent.run(new Turn(12, "\"\\\"turn\\\":9 events=3 deltas=0200\""))).hasSize(205);
      assertThat(agent.run(new Turn(13, "\"events=x deltas=\""))).hasSize(3);
      assertThat(agent.run(new Turn(14, "\"a\\\\b \\\\n $(exit 3) `exit 3` %s\""))).hasSize(3);
    }
  }

  @Test
  void firstAgentsOfTheProtocolPageAnswer() throws Exception {
    String page = Files.readString(Path.of("docs/protocol/jsonl.md"));
    for (List<String> each :
        List.of(List.of("js", "node", "agent.mjs"), List.of("python", "python3", "agent.py"))) {
      try (PipedAgent agent = agent("none", each.get(1), each.get(2))) {
        String code = page.split("```" + each.get(0) + "\n")[1].split("```")[0];
        Files.writeString(root.resolve("workspace").resolve(each.get(2)), code);
        launch(agent, false);

        assertThat(transcript(agent.run(new Turn(1, "\"hi\""))))
            .endsWith("1 message result Hello there. turns 1", "1 end {\"status\":\"done\"}");
      }
    }
  }

  @Test
  void hostileOutputHarmsOnlyItsOwnLines() throws Exception {
    String script =
        """
        read hello; read turn
        echo garbage
        head -c 100000000 /dev/zero | tr '\\0' x; echo
        printf '{"type":"delta","text":"\\303"}\\n\\000\\n'
        echo '{"type":"message","text":"still here"}'
        printf '{"type":"done"}'
        """;
    try (PipedAgent agent = agent("none", "sh", "agent.sh")) {
      Files.writeString(root.resolve("workspace/agent.sh"), script);
      launch(agent, false);

      List<Event> events = agent.run(new Turn(1, "\"hi\""));

      assertThat(events.stream().map(Event::kind))
          .containsExactly(
              EventKind.ERROR,
              EventKind.ERROR,
              EventKind.DELTA,
              EventKind.ERROR,
              EventKind.MESSAGE,
              EventKind.MESSAGE,
              EventKind.END);
      assertThat(events.get(1).body()).contains("longer than");
      assertThat(events.get(2).body()).isEqualTo("{\"delta\":\"\ufffd\"}");
    }
  }
}
