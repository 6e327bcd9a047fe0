package io.ash.runner.sandbox;

import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.Callable;

/**
 * What every sandbox of a server works with.
 *
 * @param orphans what ended jails leave to this process
 * @param workers where blocking work runs
 */
record SandboxTools(
    Launcher launcher,
    Signals signals,
    Orphans orphans,
    WorkerExecutor workers,
    Timers timers,
    Ticker ticker,
    Until until) {
  <T> Future<T> blocking(Callable<T> work) {
    return workers.executeBlocking(work, false);
  }
}
