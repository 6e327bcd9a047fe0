package io.ash.runner;

import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.ash.wire.CoordinatorApi;
import java.time.InstantSource;

/** What all hosts of a runner share. */
record HostTools(
    CoordinatorApi coordinator,
    EventUplink uplink,
    Timers timers,
    Ticker ticker,
    InstantSource clock) {}
