package io.ash.runner;

import io.ash.model.LimitKind;
import io.ash.runner.dialect.Dialects;
import io.ash.runner.dialect.Executables;
import io.ash.runner.dialect.Programs;
import io.ash.runner.egress.Egress;
import io.ash.runner.sandbox.MachineLook;
import io.ash.runner.sandbox.SandboxConfig;
import io.ash.runner.sandbox.Sandboxes;
import io.ash.time.Rounds;
import io.ash.wire.RegisterRunner;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The runner wing: clears away what an earlier boot left, tries a sandbox, opens its door,
 * registers; closes in reverse. Its event loop is the runner loop.
 */
public final class RunnerVerticle extends VerticleBase {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration CLOSING = Duration.ofSeconds(22);
  private static final int WORKERS = 8;
  private static final long LONGEST_WORK_MINUTES = 30;
  private static final long CACHE_BYTES = 2L << 30;

  private final RunnerConfig config;
  private final RunnerSurroundings around;
  private @Nullable Opened opened;

  /** The wing of this machine. */
  public RunnerVerticle(RunnerConfig config, RunnerSurroundings around) {
    this.config = config;
    this.around = around;
  }

  /** What is open, in order. */
  private record Opened(
      WorkerExecutor workers,
      Sandboxes sandboxes,
      Runner runner,
      Egress egress,
      List<Rounds> duties,
      Supplier<Future<Void>> door,
      HeartbeatLoop beats) {}

  /** Completes when coordinators know this runner. */
  @Override
  public Future<?> start() {
    WorkerExecutor workers =
        vertx.createSharedWorkerExecutor(
            "ash-runner", WORKERS, LONGEST_WORK_MINUTES, TimeUnit.MINUTES);
    SandboxConfig sandbox =
        new SandboxConfig(
            config.dataDirectory().resolve("sandboxes"),
            config.isolation(),
            config.limits(),
            config.allowed(),
            config.diskImages());
    return around
        .sandboxes()
        .prepare(sandbox, workers, around.timers(), around.ticker(), context)
        .compose(
            sandboxes ->
                workers
                    .executeBlocking(() -> disk(workers))
                    .compose(disk -> open(workers, sandboxes, disk)))
        .onFailure(e -> workers.close());
  }

  /** What is on this runner's disk beside its sandboxes. */
  private record Disk(BlobCache cache, KeptFiles kept) {}

  private Disk disk(WorkerExecutor workers) throws IOException {
    Path data = config.dataDirectory();
    return new Disk(
        BlobCache.open(vertx.fileSystem(), data.resolve("cache/blobs"), CACHE_BYTES),
        KeptFiles.open(data.resolve("kept"), workers, around.clock().instant()));
  }

  private Future<Void> open(WorkerExecutor workers, Sandboxes sandboxes, Disk disk) {
    UUID incarnation = UUID.randomUUID();
    EventUplink uplink =
        new EventUplink(
            around.coordinator(),
            around.timers(),
            task -> context.runOnContext(v -> task.run()),
            UplinkBounds.STANDARD);
    HostTools tools =
        new HostTools(
            around.coordinator(), uplink, around.timers(), around.ticker(), around.clock());
    Egress egress =
        Egress.create(config.privatePlaces(), around.timers(), around.ticker(), around.metrics());
    JailLodgings lodgings =
        new JailLodgings(
            sandboxes,
            new Programs(
                new Executables(config.searchPath()), config.claude(), sandboxes.usersOfTheirOwn()),
            new Dialects(around.ticker(), config.modelEnvironment()),
            new WaysOut(sandboxes, egress, config.modelEnvironment(), context),
            (call, sandbox) ->
                new WorkspaceSessionFiles(
                    call,
                    sandbox,
                    disk.cache().before(new RemoteBlobs(call.binding(), around.coordinator())),
                    disk.kept(),
                    config.snapshotSkip(),
                    workers,
                    around.timers()),
            context);
    PoolConfig pool = config.pool();
    int usualMb = config.limits().asked().getOrDefault(LimitKind.MEMORY, LimitKind.MEMORY.usual());
    Room room = new Room(pool, usualMb);
    Runner runner = new Runner(config.id(), incarnation, pool, room, tools, lodgings, lodgings);
    MachineLook machine = new MachineLook(config.dataDirectory());
    ScarceMachine scarce =
        new ScarceMachine(
            room, runner::shrink, () -> workers.executeBlocking(machine::look, false));
    List<Rounds> duties =
        List.of(
            duty("IdleSandboxes", pool.sweep(), runner::tidyIdle),
            duty("ScarceMachine", LOOK, scarce::round));
    RegisterRunner self =
        new RegisterRunner(
            config.id(), incarnation, around.host(), around.port(), pool.maxSandboxes());
    HeartbeatLoop beats =
        new HeartbeatLoop(
            self, runner, around.coordinator(), around.timers(), HeartbeatLoop.Lease.UNWATCHED);
    opened =
        new Opened(workers, sandboxes, runner, egress, duties, around.door().open(runner), beats);
    return scarce
        .round()
        .compose(
            v -> {
              duties.forEach(Rounds::start);
              return beats.start();
            });
  }

  private Rounds duty(String name, Duration period, Supplier<Future<?>> round) {
    return new Rounds(name, around.timers(), period, Duration.ZERO, round);
  }

  @Override
  public Future<?> stop() {
    Opened open = opened;
    if (open == null) {
      return Future.succeededFuture();
    }
    open.duties().forEach(Rounds::stop);
    return Limited.within(
            around.timers(), CLOSING, open.runner().closeAll("the server was stopped"))
        .eventually(() -> open.beats().leave())
        .eventually(() -> open.door().get())
        .eventually(
            () ->
                open.workers()
                    .executeBlocking(
                        () -> {
                          open.sandboxes().close();
                          return null;
                        }))
        .eventually(() -> open.egress().close())
        .eventually(() -> open.workers().close());
  }
}
