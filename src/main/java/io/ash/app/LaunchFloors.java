package io.ash.app;

import io.ash.app.bench.Latencies;
import io.ash.process.Spawner;
import io.ash.runner.sandbox.BareLaunch;
import io.ash.time.Ticker;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The least that sandboxes cost on this machine at this moment, by two measures: start and end of
 * the smallest bubblewrap, without limits, filter or files; and the {@link BareLaunch}, until its
 * process speaks. Measured in parts, before and after what is compared with it.
 */
final class LaunchFloors {
  private static final int RUNS = 50;
  private static final int AT_ONCE = 100;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Spawner spawner = new Spawner();
  private final Ticker ticker;
  private final Path directory;
  private final Latencies smallest = new Latencies();
  private final Latencies smallestAtOnce = new Latencies();
  private final Latencies chain = new Latencies();
  private final Latencies chainAtOnce = new Latencies();

  /**
   * Nothing is measured yet.
   *
   * @param directory wholly its own; made if it is missing
   */
  LaunchFloors(Ticker ticker, Path directory) {
    this.ticker = ticker;
    this.directory = directory;
  }

  /** Fifty of each one after the other, then a hundred of each at once. */
  void measure() {
    for (int i = 0; i < RUNS; i++) {
      long started = ticker.nanos();
      end(start());
      smallest.add(ticker.nanos() - started);
    }
    long started = ticker.nanos();
    List<CompletableFuture<Process>> all = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      all.add(start());
    }
    all.forEach(LaunchFloors::end);
    smallestAtOnce.add(ticker.nanos() - started);
    try (BareLaunch launch = BareLaunch.open(Files.createDirectories(directory), spawner)) {
      measure(launch);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void measure(BareLaunch launch) throws IOException {
    for (int i = 0; i < RUNS; i++) {
      long started = ticker.nanos();
      BareLaunch.Started one = launch.start();
      one.speaks();
      chain.add(ticker.nanos() - started);
      one.end();
    }
    long started = ticker.nanos();
    List<BareLaunch.Started> all = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      all.add(launch.start());
    }
    for (BareLaunch.Started one : all) {
      one.speaks();
    }
    chainAtOnce.add(ticker.nanos() - started);
    all.forEach(BareLaunch.Started::end);
  }

  /** What was measured so far, in milliseconds. */
  JsonObject json() {
    return new JsonObject()
        .put("bubblewrapMs", smallest.json().put("hundredAtOnce", smallestAtOnce.median()))
        .put("launchChainMs", chain.json().put("hundredAtOnce", chainAtOnce.median()));
  }

  private CompletableFuture<Process> start() {
    ProcessBuilder builder =
        Spawner.builder(
            "bwrap",
            "--unshare-all",
            "--ro-bind",
            "/",
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "true");
    builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
    builder.inheritIO();
    return spawner.start(builder).thenCompose(Process::onExit);
  }

  private static void end(CompletableFuture<Process> ended) {
    Process process =
        Await.result("bubblewrap", io.vertx.core.Future.fromCompletionStage(ended), LIMIT);
    if (process.exitValue() != 0) {
      throw new CannotStart(ExitCode.FAILED, "bubblewrap ended with code " + process.exitValue());
    }
  }
}
