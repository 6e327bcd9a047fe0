package io.ash.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.testing.AshJar;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the start of a real server to its end: port, health, metrics, banner, logs, signals. */
class ServerIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path dir;
  private int port;
  private Process process;

  @BeforeEach
  void freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    if (process != null && process.isAlive()) {
      process.destroy();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  private AshJar jar() {
    return new AshJar(dir).with("ASH_PORT", Integer.toString(port));
  }

  private AshJar ready(AshJar jar) throws IOException {
    process = jar.start();
    await("ready")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !process.isAlive() || status("/health/ready") == 200);
    assertThat(process.isAlive()).as(jar.out() + jar.err()).isTrue();
    return jar;
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private int status(String path) throws InterruptedException {
    try {
      return get(path).statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private int stop() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("stopped within a minute").isTrue();
    return process.exitValue();
  }

  @Test
  void isAliveBeforeItIsReadyAndShowsEveryFieldMeanwhile() throws Exception {
    process = jar().start();
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> status("/health/live") == 200);

    HttpResponse<String> health = get("/health");
    HttpResponse<String> api = get("/api/agents");

    assertThat(health.statusCode()).isEqualTo(503);
    assertThat(new JsonObject(health.body()).fieldNames())
        .contains("status", "version", "coordinatorId", "activeSessions", "activeSandboxes")
        .contains("remoteRunners", "uptime", "pool", "checks");
    assertThat(api.statusCode()).isEqualTo(503);
    assertThat(api.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(get("/metrics").body()).startsWith("# HELP ash_up ");
    await().atMost(LONG).until(() -> status("/health/ready") == 200);
  }

  @Test
  void bannerShowsWhatAPersonNeedsAndItsCurlLineWorks() throws Exception {
    AshJar jar = ready(jar());
    await().atMost(LONG).until(() -> jar.out().contains("curl -H"));
    String out = jar.out();

    assertThat(out)
        .contains("ash " + Version.text() + " is ready", "standalone", "http://127.0.0.1:" + port)
        .contains(dir.resolve("data").toString(), "embedded PostgreSQL", "bubblewrap")
        .contains("-" + process.pid());
    String curl = out.lines().filter(l -> l.contains("curl -H")).findFirst().orElseThrow().strip();
    Process asked =
        new ProcessBuilder("sh", "-c", curl.replace("curl ", "curl -s "))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(
            new JsonObject(new String(asked.getInputStream().readAllBytes(), UTF_8))
                .getValue("agents"))
        .isEqualTo(new JsonArray());
  }

  @Test
  void stopsInOrderAndLeavesNothingRunning() throws Exception {
    AshJar jar = ready(jar());
    List<ProcessHandle> children = process.descendants().collect(Collectors.toList());
    assertThat(children).isNotEmpty();

    assertThat(stop()).isZero();

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(jar.out()).contains("stopped orderly=true");
    assertThat(jar.err()).isEmpty();
  }

  @Test
  void startsAgainOnItsDataAndKeepsItsKey() throws Exception {
    ready(jar());
    String key = Files.readString(dir.resolve("data/initial-api-key"));
    assertThat(stop()).isZero();

    ready(jar());

    assertThat(get("/api/agents", "Authorization", "Bearer " + key.strip()).statusCode())
        .isEqualTo(200);
    assertThat(Files.readString(dir.resolve("data/initial-api-key"))).isEqualTo(key);
  }

  @Test
  void aSignalDuringTheStartEndsItInOrder() throws Exception {
    AshJar jar = jar();
    process = jar.start();
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> status("/health/live") == 200);

    assertThat(stop()).isZero();
    assertThat(jar.err()).doesNotContain("\tat ");
  }

  @Test
  void isUnavailableWhileItsDatabaseIsAwayAndComesBackByItself() throws Exception {
    ready(jar());
    ProcessHandle postgres = postgres();

    postgres.destroyForcibly();

    await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(() -> status("/health") == 503);
    JsonObject body = new JsonObject(get("/health").body());
    if (!body.getString("status").equals("ok")) {
      assertThat(body.getJsonArray("checks").encode()).contains("\"database\"");
    }
    assertThat(status("/health/live")).isEqualTo(200);
    await().atMost(LONG).until(() -> status("/health") == 200);
  }

  private ProcessHandle postgres() {
    Pattern name = Pattern.compile(".*/postgres");
    return process
        .descendants()
        .filter(p -> p.info().command().filter(c -> name.matcher(c).matches()).isPresent())
        .filter(
            p ->
                p.parent()
                    .flatMap(x -> x.info().command())
                    .filter(c -> name.matcher(c).matches())
                    .isEmpty())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void answersHealthWithin100Milliseconds() throws Exception {
    ready(jar());
    for (int i = 0; i < 50; i++) {
      get("/health");
    }
    long started = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      get("/health");
    }
    assertThat(Duration.ofNanos((System.nanoTime() - started) / 100))
        .isLessThan(Duration.ofMillis(100));
  }

  @Test
  void tenThousandPathsMakeNoSeries() throws Exception {
    ready(jar());
    String key = Files.readString(dir.resolve("data/initial-api-key")).strip();
    String[] auth = {"Authorization", "Bearer " + key};
    for (String path : List.of("/api/agents/none", "/api/nowhere", "/nowhere")) {
      get(path, auth);
      get(path);
    }
    series(); // asking is a series too
    long before = series();

    for (int i = 0; i < 10_000; i++) {
      get(
          (i % 3 == 0 ? "/api/agents/none-" : i % 3 == 1 ? "/api/nowhere/" : "/nowhere/") + i,
          auth);
    }

    assertThat(series()).isEqualTo(before);
    assertThat(get("/metrics").body()).doesNotContain("none-9999", "nowhere/");
  }

  /** Counts without what the JVM shows of its own changing inside. */
  private long series() throws Exception {
    return get("/metrics")
        .body()
        .lines()
        .filter(l -> !l.startsWith("#") && !l.startsWith("jvm_"))
        .filter(l -> !l.contains("ash_db_statement"))
        .count();
  }

  @Test
  void logsAreObjectsWhereThatIsAskedFor() throws Exception {
    AshJar jar = ready(jar().with("ASH_LOG_FORMAT", "json"));
    await().atMost(LONG).until(() -> jar.out().contains("\"ready\""));
    stop();

    assertThat(jar.out().lines().map(JsonObject::new))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.fieldNames()).contains("timestamp", "level"))
        .anySatisfy(
            line ->
                assertThat(line.getJsonArray("kvpList").encode())
                    .contains("\"mode\":\"standalone\""));
  }

  @Test
  void aCoordinatorWithoutRunnersRefusesSessionsForLackOfRoom() throws Exception {
    AshJar jar = ready(jar().with("ASH_MODE", "coordinator").with("ASH_API_KEY", "k"));
    await().atMost(LONG).until(() -> jar.out().contains("is ready"));

    assertThat(jar.out()).contains("coordinator", "no sandboxes in this process");
    assertThat(get("/api/agents", "Authorization", "Bearer k").statusCode()).isEqualTo(200);
  }
}
