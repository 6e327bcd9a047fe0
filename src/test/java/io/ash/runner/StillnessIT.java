package io.ash.runner;

import static io.ash.runner.RunnerHouse.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.blob.Blobs;
import io.ash.model.Binding;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.SessionId;
import io.ash.process.Spawner;
import io.ash.runner.sandbox.Command;
import io.ash.runner.sandbox.Isolation;
import io.ash.runner.sandbox.Jail;
import io.ash.runner.sandbox.Sandbox;
import io.ash.runner.sandbox.SandboxConfig;
import io.ash.runner.sandbox.Sandboxes;
import io.ash.runner.sandbox.Stdio;
import io.ash.testing.Census;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Processes of a sandbox stand still for just as long as a snapshot looks at its files. */
class StillnessIT {
  private static final Spawner SPAWNER = new Spawner();
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final WorkerExecutor own = vertx.createSharedWorkerExecutor("sandboxes", 4);
  private final WorkerExecutor looking = vertx.createSharedWorkerExecutor("looking", 1);
  private final CountDownLatch look = new CountDownLatch(1);
  private long seen;
  private Path data;
  private Sandboxes sandboxes;
  private Sandbox sandbox;

  @BeforeEach
  void open() throws IOException {
    data = Census.directory("still");
    sandboxes =
        on(
            () ->
                Sandboxes.by(SPAWNER)
                    .prepare(
                        new SandboxConfig(data.resolve("sandboxes"), Isolation.AUTO),
                        own,
                        Timers.of(vertx),
                        Ticker.system(),
                        loop));
    Jail jail = new Jail("s-1", List.of(), Map.of(), Limits.UNSET, NetworkMode.NONE, "still");
    sandbox = on(() -> sandboxes.open(jail, loop));
    on(
        () ->
            sandbox.start(
                Command.shell(
                    "(while :; do echo x >>a; sleep 0.02; done) & while :; do echo x >>b; sleep 0.02; done"),
                Stdio.NOBODY));
    await().atMost(RunnerHouse.LIMIT).until(() -> size("a") > 0 && size("b") > 0);
  }

  @AfterEach
  void close() throws IOException {
    look.countDown();
    on(() -> sandbox.discard(Duration.ZERO));
    sandboxes.close();
    result(vertx.close());
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private <T> T on(Supplier<Future<T>> work) {
    return result(Future.future(p -> loop.runOnContext(v -> work.get().onComplete(p))));
  }

  private long size(String file) throws IOException {
    Path path = sandbox.workspace().resolve(file);
    return Files.exists(path) ? Files.size(path) : 0;
  }

  /** Whether either of two restless processes has written since the last look. */
  private boolean moves() throws IOException {
    long before = seen;
    seen = size("a") + size("b");
    return seen != before;
  }

  @Test
  void holdsEveryProcessWhileItLooksAndLetsThemGoWhileItSends() throws Exception {
    looking.executeBlocking(
        () -> {
          look.await();
          return null;
        });
    Binding nobody = new Binding(SessionId.random(), "r", new UUID(1, 1), 1);
    KeptFiles kept = KeptFiles.open(data.resolve("kept"), looking, Instant.now());
    CountDownLatch send = new CountDownLatch(1);
    SessionFiles files =
        new WorkspaceSessionFiles(
            HostTest.open(nobody, "{}", null),
            sandbox,
            slow(send),
            kept,
            Set.of(),
            looking,
            (delay, task) -> () -> {});
    Future<SessionFiles.Scan> scan =
        Future.future(p -> loop.runOnContext(v -> files.scan(() -> {}).onComplete(p)));

    await().atMost(RunnerHouse.LIMIT).pollInterval(LOOK).until(() -> !moves());
    await().during(LOOK.multipliedBy(4)).pollInterval(LOOK).until(() -> !moves());
    assertThat(scan.isComplete()).isFalse();
    look.countDown();
    await().atMost(RunnerHouse.LIMIT).pollInterval(LOOK).until(this::moves);
    assertThat(scan.isComplete()).as("it is still sending").isFalse();
    send.countDown();
    assertThat(result(scan).blobs()).isNotEmpty();
  }

  /** A store that takes nothing before it may. */
  private Blobs slow(CountDownLatch open) {
    return new Blobs() {
      @Override
      public Future<List<String>> missing(List<String> keys) {
        return own.executeBlocking(
            () -> {
              open.await();
              return keys;
            });
      }

      @Override
      public Future<Void> put(String key, Buffer packed) {
        return Future.succeededFuture();
      }

      @Override
      public Future<Buffer> get(String key) {
        return Future.failedFuture("nothing is here");
      }
    };
  }
}
