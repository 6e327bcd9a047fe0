package io.ash.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real server: the jar in a process of its own, on a data directory and a port that stay the same
 * over restarts.
 */
public final class AshServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path data;
  private final int port;
  private final Map<String, String> environment;
  private final String heap;
  private @Nullable HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private Process process;

  private AshServer(Path data, int port, Map<String, String> environment, String heap) {
    this.heap = heap;
    this.data = data;
    this.port = port;
    this.environment = environment;
  }

  /** A server that is ready. */
  public static AshServer start(Path data, Map<String, String> environment) throws IOException {
    return start(data, environment, "512m");
  }

  /** The same with no more than so much heap, such as {@code 64m}. */
  public static AshServer start(Path data, Map<String, String> environment, String heap)
      throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    AshServer server = new AshServer(data, port, environment, heap);
    server.start();
    return server;
  }

  /** Starts it again after a kill or a stop, and waits until it is ready. */
  public void start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap,
            "-jar",
            System.getProperty("ash.jar", "target/ash.jar"));
    builder.environment().keySet().removeIf(name -> name.startsWith("ASH_"));
    builder.environment().put("ASH_PORT", String.valueOf(port));
    builder.environment().put("ASH_HOST", "127.0.0.1");
    builder.environment().put("ASH_DATA_DIR", data.toString());
    builder.environment().put("ASH_API_KEY", "ash_test-key-for-this-server-only-12");
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    process = builder.start();
    Awaitility.await("server is ready, see " + log())
        .atMost(90, TimeUnit.SECONDS)
        .pollInterval(50, TimeUnit.MILLISECONDS)
        .until(() -> !process.isAlive() || isReady());
    if (!process.isAlive()) {
      throw new IOException("the server ended: " + Files.readString(log()));
    }
  }

  private boolean isReady() {
    try {
      HttpRequest ask = HttpRequest.newBuilder(uri("/health/ready")).build();
      return http().send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private HttpClient http() {
    return Objects.requireNonNull(http, "it is closed");
  }

  /** What it prints, over all its starts. */
  public Path log() {
    return data.resolveSibling(data.getFileName() + ".log");
  }

  /** Its process. */
  public Process process() {
    return process;
  }

  /** Ends it at once, as a power cut would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Ends it in order; its exit code. */
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the server did not stop within a minute, see " + log());
    }
    return process.exitValue();
  }

  /** Also lets go of the client, which ends when it is collected. */
  @Override
  public void close() {
    http = null;
    try {
      if (process.isAlive()) {
        stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  /** The address of a path. */
  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /** A request with the key of this server. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path))
        .header("Authorization", "Bearer ash_test-key-for-this-server-only-12");
  }

  /** What a request is answered; null body for GET. */
  public Reply call(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path).timeout(Duration.ofMinutes(2));
    if (body == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> response =
        http().send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Reply(response.statusCode(), response.body());
  }

  /** What a request with a body of another kind is answered. */
  public Reply send(String method, String path, String type, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    HttpRequest ask =
        request(path)
            .timeout(Duration.ofMinutes(5))
            .header("Content-Type", type)
            .method(method, body)
            .build();
    HttpResponse<String> response = http().send(ask, HttpResponse.BodyHandlers.ofString());
    return new Reply(response.statusCode(), response.body());
  }

  /** The body of a GET that must be answered with 200, as it comes. */
  public InputStream open(String path) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http().send(request(path).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + path);
    }
    return response.body();
  }

  /** The bytes of a GET that must be answered with 200. */
  public byte[] download(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http().send(request(path).GET().build(), HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + path);
    }
    return response.body();
  }

  /** A GET that must be answered with 200. */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return call("GET", path, null).ok();
  }

  /** A POST that must be answered with success. */
  public JsonNode post(String path, String body) throws IOException, InterruptedException {
    return call("POST", path, body).ok();
  }

  /** Opens a stream; frames go to the reader on a thread of its own until the stream ends. */
  public SseReader stream(String method, String path, String body) {
    HttpRequest.Builder request = request(path);
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    request.method(
        method,
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body));
    return SseReader.open(http(), request.build());
  }

  /** An answer. */
  public record Reply(int status, String body) {
    /** The body of a success. */
    public JsonNode ok() throws IOException {
      if (status / 100 != 2) {
        throw new AssertionError(status + " " + body);
      }
      return JSON.readTree(body);
    }

    /** The body, whatever the status. */
    public JsonNode json() throws IOException {
      return JSON.readTree(body);
    }
  }
}
