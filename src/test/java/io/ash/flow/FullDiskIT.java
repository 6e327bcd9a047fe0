package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.testing.AshServer;
import io.ash.testing.SseReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data directory on a small disk that fills up: clear refusals, nothing lost, heals by itself.
 */
class FullDiskIT {
  private static final int DISK_MB = 900;
  private static final Map<String, String> SETTINGS =
      Map.of("ASH_DISK_RESERVE_MB", "200", "ASH_MEMORY_OVERCOMMIT", "100", "ASH_BEAT_MS", "100");

  @Test
  void refusesClearlyLosesNothingAndHeals(@TempDir Path directory) throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MB + "m", "tmpfs", disk.toString()),
        "a small disk needs the right to mount");
    try (AshServer server = AshServer.start(disk.resolve("data"), SETTINGS)) {
      server.post("/api/agents", "{\"name\":\"instant\",\"builtin\":\"instant\"}");
      String session = create(server).ok().at("/session/id").asText();
      say(server, session, "one");

      Path ballast = disk.resolve("ballast");
      fill(disk, ballast, 150L << 20);
      Awaitility.await()
          .atMost(20, TimeUnit.SECONDS)
          .untilAsserted(
              () -> {
                AshServer.Reply no = create(server);
                assertThat(no.status()).isEqualTo(503);
                assertThat(no.body()).contains("disk of the runner is nearly full");
              });
      say(server, session, "two");
      assertThat(server.call("GET", "/health/ready", null).status()).isEqualTo(200);

      fill(disk, ballast, 20L << 20);
      Awaitility.await()
          .atMost(20, TimeUnit.SECONDS)
          .until(() -> server.call("GET", "/health/ready", null).status() == 503);
      assertThat(server.call("GET", "/health/live", null).status()).isEqualTo(200);
      assertThat(server.call("GET", "/health", null).body()).contains("MiB are free");

      Files.delete(ballast);
      Awaitility.await()
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> server.call("GET", "/health/ready", null).status() == 200);
      Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> create(server).status() == 201);
      say(server, session, "three");
      assertThat(server.get("/api/sessions/" + session + "/messages").toString())
          .contains("one", "two", "three");
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  private static AshServer.Reply create(AshServer server) throws Exception {
    return server.call("POST", "/api/sessions", "{\"agent\":\"instant\"}");
  }

  private static void say(AshServer server, String session, String text) {
    SseReader turn =
        server.stream(
            "POST", "/api/sessions/" + session + "/messages", "{\"content\":\"" + text + "\"}");
    turn.untilOver();
    assertThat(turn.frames().toString()).contains("done").doesNotContain("event=error");
  }

  /** Leaves so many bytes of a disk free. */
  private static void fill(Path disk, Path ballast, long left) throws IOException {
    byte[] block = new byte[1 << 20];
    try (OutputStream out =
        Files.newOutputStream(
            ballast,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.APPEND)) {
      while (Files.getFileStore(disk).getUsableSpace() > left + block.length) {
        out.write(block);
      }
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }
}
