package io.ash.app;

import io.ash.coordinator.Coordinator;
import io.ash.coordinator.Duties;
import io.ash.coordinator.fleet.Fleet;
import io.ash.telemetry.Vitals;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * The coordinator wing, put together.
 *
 * @param vitals counts what health and metrics show
 */
record CoordinatorWing(
    Coordinator coordinator,
    Duties duties,
    Fleet fleet,
    PublicParts parts,
    Supplier<Future<Vitals>> vitals) {

  /** Fails unless this runner is alive in the fleet. */
  Future<Void> registered(String runner) {
    return fleet
        .runners()
        .compose(
            all ->
                all.stream().anyMatch(r -> r.id().equals(runner))
                    ? Future.succeededFuture()
                    : Future.failedFuture("runner " + runner + " is not registered"));
  }
}
