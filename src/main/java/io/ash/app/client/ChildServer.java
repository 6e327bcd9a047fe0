package io.ash.app.client;

import io.ash.config.Secret;
import io.ash.process.Spawner;
import io.ash.time.Backoff;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A standalone server of this same jar, in a JVM of its own, on a free loopback port. */
public final class ChildServer {
  private final Vertx vertx;
  private final Timers timers;
  private final Ticker ticker;
  private final Process process;
  private final int port;
  private final Secret key;
  private final Path log;
  private final long startedAt;

  private ChildServer(
      Vertx vertx, Ticker ticker, Process process, int port, Secret key, Path log, long startedAt) {
    this.vertx = vertx;
    this.timers = Timers.of(vertx);
    this.ticker = ticker;
    this.process = process;
    this.port = port;
    this.key = key;
    this.log = log;
    this.startedAt = startedAt;
  }

  /**
   * Starts a server.
   *
   * @param java how to start this jar again: program, options, jar
   * @param environment what it may see besides settings
   * @param settings of this server
   * @param data its data directory
   * @param log file its output goes to
   */
  public static Future<ChildServer> start(
      Vertx vertx,
      Spawner spawner,
      Ticker ticker,
      List<String> java,
      Map<String, String> environment,
      Map<String, String> settings,
      Path data,
      Path log) {
    int port = freePort();
    Secret key = new Secret(UUID.randomUUID().toString());
    ProcessBuilder builder = Spawner.builder(java.toArray(String[]::new));
    environment.forEach(
        (name, value) -> {
          if (!name.startsWith("ASH_") && !name.startsWith("DATABASE_")) {
            builder.environment().put(name, value);
          }
        });
    builder.environment().putAll(settings);
    builder.environment().put("ASH_MODE", "standalone");
    builder.environment().put("ASH_HOST", "127.0.0.1");
    builder.environment().put("ASH_PORT", Integer.toString(port));
    builder.environment().put("ASH_DATA_DIR", data.toString());
    builder.environment().put("ASH_API_KEY", key.reveal());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.redirectInput(Path.of("/dev/null").toFile());
    long started = ticker.nanos();
    return Future.fromCompletionStage(spawner.start(builder), vertx.getOrCreateContext())
        .map(process -> new ChildServer(vertx, ticker, process, port, key, log, started));
  }

  /** Where it listens. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The key it was started with. */
  public Secret key() {
    return key;
  }

  /** Its process. */
  public long pid() {
    return process.pid();
  }

  /** Completes with the time since its start when it is ready; fails where it ends before. */
  public Future<Duration> ready(Duration limit) {
    ApiClient client = new ApiClient(vertx, url(), Optional.empty());
    Promise<Duration> ready = Promise.promise();
    look(client, limit, new Backoff(Duration.ofMillis(10), Duration.ofMillis(40)), ready);
    return ready.future().eventually(client::close);
  }

  private void look(ApiClient client, Duration limit, Backoff backoff, Promise<Duration> ready) {
    client
        .status("/health/ready")
        .otherwise(0)
        .onSuccess(
            status -> {
              Duration since = Duration.ofNanos(ticker.nanos() - startedAt);
              if (status == 200) {
                ready.complete(since);
              } else if (!process.isAlive()) {
                ready.fail("the server ended with code " + process.exitValue() + "; see " + log);
              } else if (since.compareTo(limit) > 0) {
                ready.fail("the server is not ready after " + limit.toSeconds() + " s; see " + log);
              } else {
                timers.once(backoff.next(), () -> look(client, limit, backoff, ready));
              }
            });
  }

  /** Asks it to stop; completes with its exit code when it has ended. */
  public Future<Integer> stop() {
    process.destroy();
    return Future.fromCompletionStage(process.onExit(), vertx.getOrCreateContext())
        .map(Process::exitValue);
  }

  /** Ends it at once, for when this process itself is told to stop. */
  public void kill() {
    process.destroyForcibly();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
