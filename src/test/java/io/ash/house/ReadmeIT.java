package io.ash.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.app.client.ChildServer;
import io.ash.process.Spawner;
import io.ash.time.Ticker;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The first steps in the README, typed as they stand there, on the jar. */
@ExtendWith(VertxExtension.class)
class ReadmeIT {
  private static final Pattern BLOCK = Pattern.compile("(?s)```bash\n(.*?)```");
  private static final long LIMIT_SECONDS = 120;

  @Test
  void firstStepsLeadToAnAnswer(Vertx vertx, @TempDir Path directory) throws Exception {
    for (String program : List.of("bash", "curl", "node", "bwrap")) {
      assumeTrue(isThere(program), program + " is not installed");
    }
    Path data = Files.createDirectory(directory.resolve("data"));
    Spawner spawner = new Spawner();
    ChildServer server =
        done(
            ChildServer.start(
                vertx,
                spawner,
                Ticker.system(),
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-jar",
                    System.getProperty("ash.jar", "target/ash.jar")),
                System.getenv(),
                Map.of(),
                data,
                directory.resolve("server.log")));
    try {
      done(server.ready(Duration.ofSeconds(LIMIT_SECONDS)));
      String said = run(spawner, data, server);
      assertThat(said)
          .contains("event: text_delta", "You said: Good morning", "event: done")
          .contains("\"status\":\"ended\"");
    } finally {
      assertThat(done(server.stop())).isZero();
    }
  }

  /** Runs the blocks in a directory that agents may be deployed from. */
  private static String run(Spawner spawner, Path directory, ChildServer server) throws Exception {
    ProcessBuilder builder = Spawner.builder("bash", "-euo", "pipefail", "-c", script());
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH", System.getenv("PATH"),
                "KEY", server.key().reveal(),
                "URL", server.url().toString()));
    builder.directory(directory.toFile()).redirectErrorStream(true);
    Path output = directory.resolveSibling("output");
    builder.redirectOutput(output.toFile());
    Process process = spawner.start(builder).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  /** All blocks but the one that names the server of the reader. */
  private static String script() throws IOException {
    return BLOCK
        .matcher(Files.readString(Path.of("README.md")))
        .results()
        .map(block -> block.group(1))
        .filter(block -> !block.contains("initial-api-key"))
        .collect(Collectors.joining());
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static <T> T done(io.vertx.core.Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }
}
