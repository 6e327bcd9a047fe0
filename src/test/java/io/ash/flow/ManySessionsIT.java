package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.testing.AshServer;
import io.ash.testing.Census;
import io.ash.testing.SseReader;
import io.ash.testing.SseReader.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hundred sessions, thirty-two at a time: nothing lost, nothing repeated, nothing left. */
class ManySessionsIT {
  private static final int SESSIONS = 200;
  private static final int AT_ONCE = 32;

  @Test
  void leavesNothingBehindAndLosesNothing(@TempDir Path directory) throws Exception {
    Path data = directory.resolve("data");
    try (AshServer server = AshServer.start(data, Map.of("ASH_MEMORY_OVERCOMMIT", "100"))) {
      server.post("/api/agents", "{\"name\":\"instant\",\"builtin\":\"instant\"}");
      Set<String> sessions = ConcurrentHashMap.newKeySet();
      Census before = Census.of(server, data, sessions);
      ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE);
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        int n = i;
        all.add(callers.submit((Callable<Void>) () -> live(server, n, sessions)));
      }
      callers.shutdown();
      for (Future<Void> one : all) {
        one.get(5, TimeUnit.MINUTES);
      }
      Awaitility.await("nothing is left")
          .atMost(30, TimeUnit.SECONDS)
          .untilAsserted(
              () -> {
                assertThat(Census.of(server, data, sessions)).isEqualTo(before);
                assertThat(server.get("/health").at("/activeSandboxes").asInt()).isZero();
              });
      assertThat(server.get("/api/sessions?includeTotal=true&status=ended").at("/total").asInt())
          .isEqualTo(SESSIONS);
    }
  }

  private static Void live(AshServer server, int n, Set<String> sessions) throws Exception {
    String session =
        server.post("/api/sessions", "{\"agent\":\"instant\"}").at("/session/id").asText();
    sessions.add(session);
    String path = "/api/sessions/" + session;
    SseReader turn =
        server.stream("POST", path + "/messages", "{\"content\":\"deltas=5 message " + n + "\"}");
    turn.untilOver();
    List<Frame> frames = turn.frames();
    assertThat(frames).extracting(Frame::event).endsWith("done").doesNotContain("error");
    assertThat(frames.stream().filter(f -> f.event().equals("text_delta")).count())
        .as("deltas come, alone or joined")
        .isBetween(1L, 5L);
    assertThat(frames.stream().map(Frame::id).filter(id -> !id.isEmpty())).doesNotHaveDuplicates();
    SseReader again = server.stream("GET", path + "/stream?after=0", null).until("caught_up");
    assertThat(again.frames()).containsAll(frames.stream().filter(f -> !f.id().isEmpty()).toList());
    assertThat(server.call("DELETE", path, null).status()).isEqualTo(200);
    again.untilOver();
    return null;
  }

  /** What a server holds of the machine. */
  private record Census(
      List<String> children, long mounts, List<String> groups, List<String> places) {
    static Census of(AshServer server, Path data, Set<String> sessions) throws IOException {
      List<String> children =
          server
              .process()
              .descendants()
              .map(p -> p.info().command().orElse(""))
              .filter(c -> c.contains("bwrap") || c.contains("node") || c.endsWith("/sh"))
              .sorted()
              .toList();
      long mounts =
          Files.readAllLines(Path.of("/proc/mounts")).stream()
              .filter(line -> line.contains(data.toString()))
              .count();
      return new Census(children, mounts, findGroups(sessions), below(data.resolve("sandboxes")));
    }

    /** Groups of these sessions, in whatever hierarchy; other servers may have theirs beside. */
    private static List<String> findGroups(Set<String> sessions) throws IOException {
      try (Stream<Path> all = Files.find(Path.of("/sys/fs/cgroup"), 6, (p, a) -> a.isDirectory())) {
        return all.filter(
                p -> sessions.contains(p.getFileName().toString().replaceAll("-\\d+$", "")))
            .map(Path::toString)
            .sorted()
            .toList();
      } catch (java.io.UncheckedIOException e) {
        return findGroups(sessions); // a group went away while it was looked at
      }
    }

    private static List<String> below(Path directory) throws IOException {
      if (!Files.isDirectory(directory)) {
        return List.of();
      }
      try (Stream<Path> all = Files.list(directory)) {
        return all.map(p -> p.getFileName().toString())
            .filter(n -> n.matches("[0-9a-f]{8}-.*"))
            .sorted()
            .toList();
      }
    }
  }
}
