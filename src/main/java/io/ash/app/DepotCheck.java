package io.ash.app;

import io.ash.coordinator.store.OpenDepot;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Whether the store of files still is the place that was opened, asked every ten seconds while it
 * is and every two seconds while it is not. Confined to the event loop of the checks.
 */
final class DepotCheck {
  private static final long WELL_MILLIS = 10_000;
  private static final long ILL_MILLIS = 2_000;

  private final OpenDepot depot;
  private final Ticker ticker;
  private Future<Void> latest = Future.succeededFuture();
  private long askedAt;

  DepotCheck(OpenDepot depot, Ticker ticker) {
    this.depot = depot;
    this.ticker = ticker;
    this.askedAt = ticker.nanos(); // it was tried when it was opened
  }

  /** Fails with a sentence where it is not. */
  Future<Void> check() {
    long old = ticker.millisSince(askedAt);
    if (latest.isComplete() && old >= (latest.succeeded() ? WELL_MILLIS : ILL_MILLIS)) {
      askedAt = ticker.nanos();
      latest = depot.dock().mark().compose(this::judged);
    }
    return latest;
  }

  private Future<Void> judged(Optional<String> mark) {
    if (mark.equals(Optional.of(depot.mark()))) {
      return Future.succeededFuture();
    }
    String place = depot.dock().url();
    return Future.failedFuture(
        mark.isEmpty()
            ? place + " has lost its mark; is it mounted?"
            : place + " is another place than the one that was opened");
  }
}
