package io.ash.runner;

import static io.ash.runner.RunnerHouse.how;
import static io.ash.runner.RunnerHouse.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.SessionId;
import io.ash.testing.FakeCoordinator;
import io.ash.wire.AgentFiles;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.Exec;
import io.ash.wire.ListFiles;
import io.ash.wire.LogEntry;
import io.ash.wire.ReadLogs;
import io.ash.wire.SandboxOpened;
import io.ash.wire.SnapshotSandbox;
import io.ash.wire.WriteFile;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions on a real runner: jails, processes, files, snapshots. */
class RunnerIT {
  private static final String[] COUNTER = {"sh", "counter.sh"};

  /** Counts its turns in its home and keeps the last message in the workspace. */
  private static final String SCRIPT =
      """
      echo started >&2
      while IFS= read -r line; do
        case $line in
          *'"type":"user.message"'*)
            n=$(cat ~/count 2>/dev/null || echo 0); n=$((n+1)); echo $n >~/count
            printf '%s' "$line" >last.json
            printf '{"type":"delta","text":"turn "}\\n{"type":"message","text":"turn %s"}\\n' $n
            printf '{"type":"done"}\\n' ;;
        esac
      done
      """;

  private final FakeCoordinator coordinator = new FakeCoordinator();
  private final SessionId session = SessionId.random();
  private RunnerHouse house;

  @BeforeEach
  void openHouse() throws Exception {
    house = new RunnerHouse("r1", coordinator);
  }

  @AfterEach
  void closeHouse() {
    house.close();
  }

  private AgentFiles counter() {
    return house.agent(Map.of("counter.sh", SCRIPT, "CLAUDE.md", "Count."));
  }

  private static String said(List<Event> turn) {
    return turn.stream()
        .filter(e -> e.kind() == EventKind.MESSAGE)
        .map(Event::body)
        .collect(Collectors.joining());
  }

  @Test
  void goesOnElsewhereFromASnapshot() throws Exception {
    Binding first = house.open(session, counter(), COUNTER);
    assertThat(said(house.talk(first, 1, "one"))).contains("turn 1");
    assertThat(said(house.talk(first, 2, "two"))).contains("turn 2");
    result(house.runner().writeFile(new WriteFile(first, "by/hand.txt", Buffer.buffer("mine"))));
    house.close(first, true);
    assertThat(house.left(session)).isEmpty();

    try (RunnerHouse other = new RunnerHouse("r2", coordinator)) {
      Binding second = other.open(session, counter(), COUNTER);
      assertThat(said(other.talk(second, 3, "three"))).contains("turn 3");
      assertThat(other.file(second, "by/hand.txt")).isEqualTo("mine");
      other.close(second, false);
    }
  }

  @Test
  void keepsTheConversationOfABuiltInAgent() {
    AgentFiles echo = house.builtIn("echo", "CLAUDE.md", "agent.mjs");
    Binding first = house.open(session, echo, "node", "agent.mjs");
    assertThat(how(house.talk(first, 1, "remember the blue door"))).isEqualTo("done");
    house.close(first, true);
    Binding second = house.open(session, echo, "node", "agent.mjs");
    assertThat(said(house.talk(second, 2, "what did I say?"))).contains("the blue door");
    house.close(second, false);
  }

  @Test
  void savesASessionThatFellQuiet() {
    Binding binding = house.open(session, counter(), COUNTER);
    house.talk(binding, 1, "one");
    await()
        .atMost(RunnerHouse.LIMIT)
        .until(
            () -> {
              var newest = coordinator.snapshot(session);
              return newest != null && newest.uplinkNo() == coordinator.journal(session).size();
            });
    result(house.runner().snapshot(new SnapshotSandbox(binding)));
    house.close(binding, true);
  }

  @Test
  void bringsBackWhatCouldNotBeSavedWhenItsSessionComesBack() throws Exception {
    Binding first = house.open(session, counter(), COUNTER);
    house.talk(first, 1, "one");
    result(house.runner().snapshot(new SnapshotSandbox(first)));
    AttachSnapshot saved = coordinator.snapshot(session);
    coordinator.filesAway(true);
    house.talk(first, 2, "two");
    result(house.runner().writeFile(new WriteFile(first, "by/hand.txt", Buffer.buffer("mine"))));
    house.close(first, true);
    assertThat(coordinator.snapshot(session)).isEqualTo(saved);
    assertThat(notices()).contains("workspace_kept");
    assertThat(house.data.resolve("kept/" + session)).isDirectory();
    assertThat(house.left(session)).allMatch(left -> left.contains("/kept/"));

    coordinator.filesAway(false);
    Binding second = house.open(session, counter(), COUNTER);
    assertThat(notices()).contains("workspace_recovered");
    assertThat(said(house.talk(second, 3, "three"))).contains("turn 3");
    assertThat(house.file(second, "by/hand.txt")).isEqualTo("mine");
    house.close(second, true);
    assertThat(coordinator.snapshot(session).no()).isGreaterThan(saved.no());
    await().atMost(RunnerHouse.LIMIT).until(() -> house.left(session).isEmpty());
    try (RunnerHouse other = new RunnerHouse("r2", coordinator)) {
      Binding third = other.open(session, counter(), COUNTER);
      assertThat(said(other.talk(third, 4, "four"))).contains("turn 4");
      other.close(third, false);
    }
  }

  private String notices() {
    return coordinator.journal(session).stream()
        .filter(e -> e.kind() == EventKind.NOTICE)
        .map(Event::body)
        .collect(Collectors.joining());
  }

  @Test
  void holdsTwentySessionsAtATime() throws Exception {
    AgentFiles agent = counter();
    List<Binding> bindings = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Binding binding = house.bind(SessionId.random());
      bindings.add(binding);
      result(house.runner().open(house.call(binding, agent, Limits.UNSET, COUNTER)));
    }
    for (Binding binding : bindings) {
      assertThat(house.report(binding).failure()).isNull();
      house.start(binding, 1, "hello");
    }
    for (Binding binding : bindings) {
      assertThat(how(house.end(binding, 1))).isEqualTo("done");
    }
    for (Binding binding : bindings) {
      house.close(binding, false);
      assertThat(house.left(binding.session())).isEmpty();
    }
  }

  @Test
  void leavesNothingBehindWhenItIsStopped() throws Exception {
    Binding binding = house.open(session, counter(), COUNTER);
    house.talk(binding, 1, "one");
    house.start(binding, 2, "two");
    house.stop();

    assertThat(house.left(session)).isEmpty();
    assertThat(coordinator.snapshot(session)).isNotNull();
    assertThat(coordinator.gone()).hasSize(1);
    try (Stream<Path> live = Files.list(house.data.resolve("sandboxes/live"))) {
      assertThat(live).isEmpty();
    }
  }

  @Test
  void runsTheScriptsOfAnAgentInItsJail() {
    AgentFiles agent =
        house.agent(
            Map.of(
                "counter.sh",
                SCRIPT,
                "install.sh",
                """
                #!/bin/sh
                echo installing
                ls /root >/dev/null 2>&1 && touch leaked
                touch installed
                """,
                "startup.sh",
                "echo starting\n"));
    Binding binding = house.open(session, agent, COUNTER);
    List<String> files =
        result(house.runner().listFiles(new ListFiles(binding, false))).files().stream()
            .map(f -> f.path())
            .toList();
    assertThat(files).contains("installed", "counter.sh").doesNotContain("leaked");
    await()
        .atMost(RunnerHouse.LIMIT)
        .until(() -> log(binding).containsAll(List.of("installing", "starting", "started")));
    house.close(binding, false);
  }

  @Test
  void saysWhyAScriptFailed() {
    AgentFiles agent =
        house.agent(Map.of("install.sh", "#!/bin/sh\necho out of luck >&2\nexit 4\n"));
    Binding binding = house.bind(session);
    result(house.runner().open(house.call(binding, agent, Limits.UNSET, "sh", "none.sh")));
    SandboxOpened report = house.report(binding);
    assertThat(report.failure()).isEqualTo("install.sh failed (exit code 4): out of luck");
    assertThat(report.code()).isEqualTo("sandbox_failed");
    await().atMost(RunnerHouse.LIMIT).until(() -> house.left(session).isEmpty());
  }

  @Test
  void showsWhichLimitsAreInForce() {
    Binding binding = house.bind(session);
    result(
        house
            .runner()
            .open(house.call(binding, counter(), Limits.of(LimitKind.PROCESSES, 50), COUNTER)));
    assertThat(house.report(binding).facts())
        .contains("\"maxProcesses\":50")
        .contains("\"isolation\":\"bubblewrap\"")
        .contains("\"runtime\":\"jsonl\"");
    house.close(binding, false);
  }

  @Test
  void keepsItsOwnEnvironmentOutOfTheJail() {
    Binding binding = house.open(session, counter(), COUNTER);
    String env = result(house.runner().exec(new Exec(binding, "env", 5000))).stdout();
    assertThat(env).contains("ASH_SESSION_ID=" + session).contains("HOME=/home/agent");
    assertThat(env).doesNotContain("JAVA").doesNotContain("MAVEN");
    house.close(binding, false);
  }

  private List<String> log(Binding binding) {
    return result(house.runner().logs(new ReadLogs(binding, -1))).entries().stream()
        .map(LogEntry::text)
        .toList();
  }
}
