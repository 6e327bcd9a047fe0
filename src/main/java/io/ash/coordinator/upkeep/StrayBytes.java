package io.ash.coordinator.upkeep;

import io.ash.blob.depot.BytesName;
import io.ash.blob.depot.Depot;
import io.ash.coordinator.store.CollectorStore;
import io.ash.coordinator.store.OpenDepot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes bytes from a depot that no row has: left where a server died between bytes and row, in
 * either direction. Once a day one coordinator compares the whole depot with the rows.
 *
 * <p>Only bytes that are older than a day count. No name is used twice and a put gives up within a
 * minute, so a name that has no row by then will never have one.
 */
public final class StrayBytes {
  private static final Logger LOG = LoggerFactory.getLogger(StrayBytes.class);
  private static final Duration A_DAY = Duration.ofHours(24);

  private final CollectorStore store;
  private final OpenDepot depot;
  private final InstantSource clock;
  private final Tally tally;

  public StrayBytes(CollectorStore store, OpenDepot depot, InstantSource clock, Tally tally) {
    this.store = store;
    this.depot = depot;
    this.clock = clock;
    this.tally = tally;
  }

  /** Compares everything, where nobody has for a day. */
  public Future<Void> round() {
    return store
        .beginAudit(depot.id(), A_DAY)
        .compose(ours -> ours ? audit() : Future.succeededFuture());
  }

  private Future<Void> audit() {
    Instant before = clock.instant().minus(A_DAY);
    Promise<Long> end = Promise.promise();
    depot.dock().tidy(before).onSuccess(tidied -> page(null, before, 0, end)).onFailure(end::fail);
    return end.future().compose(this::ended);
  }

  /** One page after another; not as a chain of futures, which would be as long as the depot. */
  private void page(@Nullable BytesName after, Instant before, long removed, Promise<Long> end) {
    depot
        .dock()
        .list(after)
        .onFailure(end::fail)
        .onSuccess(
            page -> {
              if (page.isEmpty()) {
                end.complete(removed);
                return;
              }
              BytesName last = page.get(page.size() - 1).name();
              removeStrays(page, before)
                  .onFailure(end::fail)
                  .onSuccess(count -> page(last, before, removed + count, end));
            });
  }

  private Future<Integer> removeStrays(List<Depot.Lying> page, Instant before) {
    List<BytesName> old =
        page.stream().filter(l -> l.at().isBefore(before)).map(Depot.Lying::name).toList();
    return store
        .withoutRow(depot.id(), old)
        .compose(strays -> depot.dock().delete(strays).map(strays.size()));
  }

  private Future<Void> ended(long removed) {
    tally.strays(removed);
    if (removed > 0) {
      LOG.atInfo()
          .addKeyValue("depot", depot.dock().url())
          .addKeyValue("removed", removed)
          .log("removed bytes that belonged to no blob");
    }
    return Future.succeededFuture();
  }
}
