package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.ash.testing.AshJar;
import io.ash.testing.AshJar.Ended;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that start a server of their own, on the real jar. */
class DemoIT {
  @TempDir Path dir;

  private AshJar jar() throws Exception {
    Path temporary = Files.createDirectory(dir.resolve("tmp"));
    return new AshJar(dir).java("-Djava.io.tmpdir=" + temporary);
  }

  private void leftNothing() throws Exception {
    try (Stream<Path> left = Files.list(dir.resolve("tmp"))) {
      assertThat(left.filter(p -> p.getFileName().toString().startsWith("ash-"))).isEmpty();
    }
  }

  @Test
  void showsAWholeConversationAndTakesEverythingAway() throws Exception {
    assumeThat(
            Files.exists(Path.of("/usr/bin/node")) || Files.exists(Path.of("/usr/local/bin/node")))
        .as("the agent of the demo is a Node program, and node is not installed")
        .isTrue();

    Ended ended = jar().run("demo");

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out())
        .containsSubsequence(
            "Ready after",
            "status active",
            "You: Hello! My name is Ada.",
            "[done]",
            "[done]",
            "status paused",
            "status active",
            "My name is Ada",
            "[done]",
            "status ended",
            "Shutting the server down");
    assertThat(ended.code()).isZero();
    leftNothing();
  }

  @Test
  void benchMeasuresAServerOfItsOwn() throws Exception {
    Ended ended =
        jar().run("bench", "throughput", "--json", "--sessions=2", "--seconds=1", "--warmup=0");

    assertThat(ended.err()).isEmpty();
    JsonObject result = new JsonObject(ended.out());
    assertThat(result.getInteger("errors")).as(ended.out()).isZero();
    assertThat(result.getJsonObject("doneMs").getInteger("count")).isPositive();
    assertThat(result.getJsonObject("firstEventMs").fieldNames()).contains("p50", "p95", "p99");
    assertThat(result.getDouble("eventsPerSecond")).isPositive();
    assertThat(result.getJsonObject("machine").fieldNames())
        .contains("processors", "kernel", "java");
    leftNothing();
  }

  @Test
  void benchOfAServerThatIsNotThereSaysSo() throws Exception {
    Ended ended = jar().run("bench", "create", "--url", "http://127.0.0.1:1", "--key", "k");

    assertThat(ended.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(ended.err()).contains("127.0.0.1:1").hasLineCount(1);
  }
}
