package io.ash.runner.sandbox;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.process.Spawner;
import io.ash.testing.Census;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Real sandboxes in a temporary directory, for tests. */
final class Den implements AutoCloseable {
  static final Spawner SPAWNER = new Spawner();
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  final Vertx vertx = Vertx.vertx();
  final WorkerExecutor workers = vertx.createSharedWorkerExecutor("test-sandbox", 4);
  final Context context = vertx.getOrCreateContext();
  final Path directory;
  final Sandboxes sandboxes;

  Den(Path directory, Isolation isolation) {
    this(new SandboxConfig(directory, isolation));
  }

  private Den(SandboxConfig config) {
    this.directory = config.directory();
    this.sandboxes =
        on(
            () ->
                Sandboxes.prepare(
                    config, SPAWNER, workers, Timers.of(vertx), Ticker.system(), context));
  }

  static Den make() throws Exception {
    return new Den(Census.directory("den"), Isolation.AUTO);
  }

  /** One that watches disks where others make images. */
  static Den watching() throws Exception {
    return new Den(
        new SandboxConfig(
            Census.directory("den"), Isolation.AUTO, Limits.UNSET, Limits.UNSET, false));
  }

  /** Runs on the event loop and waits for the result. */
  <T> T on(Supplier<Future<T>> work) {
    Future<T> result = Future.future(p -> context.runOnContext(v -> work.get().onComplete(p)));
    return await(result);
  }

  static <T> T await(Future<T> result) {
    try {
      return result.await(60, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within a minute", e);
    }
  }

  static Jail jail() {
    return jail(Limits.UNSET, NetworkMode.NONE, Map.of());
  }

  static Jail jail(Limits limits, NetworkMode network, Map<String, String> env) {
    return new Jail("s" + NUMBERS.incrementAndGet() + "-1", List.of(), env, limits, network, "den");
  }

  Sandbox open(Jail jail) {
    return on(() -> sandboxes.open(jail, context));
  }

  ExecOutput run(Sandbox sandbox, String line) {
    return on(() -> sandbox.exec(Command.shell(line), Duration.ofSeconds(30), 10 << 20));
  }

  /** Standard output of a line that must succeed. */
  String out(Sandbox sandbox, String line) {
    ExecOutput output = run(sandbox, line);
    if (output.exit().code() != 0) {
      throw new AssertionError(line + ": " + output.exit() + " " + output.stderr());
    }
    return output.stdout().toString().trim();
  }

  void discard(Sandbox sandbox) {
    on(() -> sandbox.discard(Duration.ZERO));
  }

  static Buffer line(String text) {
    return Buffer.buffer(text + "\n");
  }

  @Override
  public void close() throws IOException {
    sandboxes.close();
    await(vertx.close());
    DirectoryRemoval.remove(directory);
  }
}
