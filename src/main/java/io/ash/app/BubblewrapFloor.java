package io.ash.app;

import io.ash.app.bench.Latencies;
import io.ash.process.Spawner;
import io.ash.time.Ticker;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What the start and end of the smallest bubblewrap takes on this machine at this moment: no
 * limits, no filter, no files. Nothing that uses it can be faster.
 */
final class BubblewrapFloor {
  private static final int RUNS = 100;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Spawner spawner = new Spawner();
  private final Ticker ticker;

  BubblewrapFloor(Ticker ticker) {
    this.ticker = ticker;
  }

  /** A hundred one after the other, then a hundred at once, in milliseconds. */
  JsonObject measure() {
    Latencies one = new Latencies();
    for (int i = 0; i < RUNS; i++) {
      long started = ticker.nanos();
      end(start());
      one.add(ticker.nanos() - started);
    }
    long started = ticker.nanos();
    List<CompletableFuture<Process>> all = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      all.add(start());
    }
    all.forEach(BubblewrapFloor::end);
    return one.json().put("allAtOnce", Latencies.round((ticker.nanos() - started) / 1e6));
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
