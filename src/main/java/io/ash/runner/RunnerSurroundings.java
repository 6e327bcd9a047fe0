package io.ash.runner;

import io.ash.runner.sandbox.Sandboxes;
import io.ash.telemetry.Metrics;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.ash.wire.CoordinatorApi;
import java.time.InstantSource;

/**
 * What a runner is put into.
 *
 * @param coordinator whom it reports to
 * @param door where it is reached
 * @param host what coordinators are told to call
 * @param port what coordinators are told to call
 * @param sandboxes prepares the sandboxes of this machine
 */
public record RunnerSurroundings(
    CoordinatorApi coordinator,
    RunnerDoor door,
    String host,
    int port,
    Sandboxes.Opening sandboxes,
    Timers timers,
    Ticker ticker,
    InstantSource clock,
    Metrics metrics) {}
