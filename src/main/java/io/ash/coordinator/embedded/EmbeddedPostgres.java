package io.ash.coordinator.embedded;

import io.ash.process.Spawner;
import io.ash.time.Backoff;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded PostgreSQL, kept running: a server that dies is started again until it is stopped.
 *
 * <p>Its moves are confined to the context that started it, its blocking work to a worker thread of
 * its own; {@link #state} and {@link #url} may be asked from anywhere.
 */
public final class EmbeddedPostgres {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final long STEADY_MILLIS = 60_000;

  /** What the server does now. */
  public enum State {
    /** It accepts connections. */
    RUNNING,
    /** It died and is being started again. */
    RESTARTING,
    /** It was stopped for good. */
    STOPPED
  }

  private final Context context;
  private final WorkerExecutor worker;
  private final Timers timers;
  private final Ticker ticker;
  private final PostgresServer server;
  private final Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private volatile Process process;
  private long runningSince;

  private EmbeddedPostgres(
      Context context,
      WorkerExecutor worker,
      Timers timers,
      Ticker ticker,
      PostgresServer server,
      Process process) {
    this.context = context;
    this.worker = worker;
    this.timers = timers;
    this.ticker = ticker;
    this.server = server;
    this.process = process;
    this.runningSince = ticker.nanos();
  }

  /**
   * Starts the server on {@code postgres} below an owned data directory; completes when it accepts
   * connections, fails with {@link CannotStart}.
   */
  public static Future<EmbeddedPostgres> start(
      Vertx vertx, Spawner spawner, Ticker ticker, DataLock data, ServerSettings settings) {
    Context context = vertx.getOrCreateContext();
    WorkerExecutor worker =
        vertx.createSharedWorkerExecutor(
            "ash-postgres-" + data.directory(), 1, 2, TimeUnit.MINUTES);
    Path home = data.directory().resolve("postgres");
    return worker
        .executeBlocking(
            () -> {
              PostgresServer server = PostgresServer.prepare(spawner, ticker, home, home, settings);
              EmbeddedPostgres started =
                  new EmbeddedPostgres(
                      context, worker, Timers.of(vertx), ticker, server, server.start());
              started.watch();
              return started;
            })
        .onFailure(refused -> worker.close());
  }

  /** What the server does now; anything but running means that statements fail. */
  public State state() {
    return state.get();
  }

  /** Where clients connect; the same as long as the data directory stays where it is. */
  public String url() {
    return server.url();
  }

  /** Process id of the running server, or of the last one. */
  public long pid() {
    return process.pid();
  }

  /** Shuts the server down in order; completes when its processes are gone. */
  public Future<Void> stop() {
    if (state.getAndSet(State.STOPPED) == State.STOPPED) {
      return Future.succeededFuture();
    }
    return worker
        .<Void>executeBlocking(
            () -> {
              server.stop(process);
              return null;
            })
        .eventually(worker::close);
  }

  private void watch() {
    process.onExit().thenAccept(ended -> context.runOnContext(v -> died(ended)));
  }

  private void died(Process ended) {
    if (!state.compareAndSet(State.RUNNING, State.RESTARTING)) {
      return; // it was told to
    }
    if (ticker.millisSince(runningSince) > STEADY_MILLIS) {
      backoff.reset();
    }
    LOG.atError()
        .addKeyValue("code", ended.exitValue())
        .log("PostgreSQL died; it is being started again");
    restartLater();
  }

  private void restartLater() {
    timers.once(
        backoff.next(),
        () ->
            worker
                .executeBlocking(this::startUnlessStopped)
                .onSuccess(started -> running(started))
                .onFailure(
                    failed -> {
                      LOG.atError()
                          .addKeyValue("reason", failed.getMessage())
                          .log("PostgreSQL cannot be started; the next try comes later");
                      restartLater();
                    }));
  }

  private boolean startUnlessStopped() {
    if (state.get() != State.RESTARTING) {
      return false;
    }
    process = server.start();
    return true;
  }

  private void running(boolean started) {
    if (started && state.compareAndSet(State.RESTARTING, State.RUNNING)) {
      runningSince = ticker.nanos();
      LOG.atInfo().addKeyValue("pid", process.pid()).log("PostgreSQL runs again");
      watch();
    }
  }
}
