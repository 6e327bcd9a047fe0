package io.ash.coordinator.upkeep;

import io.ash.blob.depot.BytesName;
import io.ash.coordinator.store.CollectorStore;
import io.ash.coordinator.store.OpenDepot;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects blobs that nobody refers to: goes over all of them in the order of their keys, a bounded
 * number in each round, again and again.
 *
 * <p>A manifest goes in one pass and its chunks in the next. Bytes in a depot are removed after the
 * row is gone; if that fails, {@link StrayBytes} finds them. Any number of coordinators may do this
 * at once. Confined to the event loop of the duties.
 */
public final class UnreferencedBlobs {
  static final int PAGES_PER_ROUND = 50;
  private static final Logger LOG = LoggerFactory.getLogger(UnreferencedBlobs.class);

  private final CollectorStore store;
  private final Optional<OpenDepot> depot;
  private final Duration unclaimed;
  private final Tally tally;
  private String after = "";
  private long blobs;
  private long bytes;

  public UnreferencedBlobs(
      CollectorStore store, Optional<OpenDepot> depot, Duration unclaimed, Tally tally) {
    this.store = store;
    this.depot = depot;
    this.unclaimed = unclaimed;
    this.tally = tally;
  }

  /** One round; ends early where all blobs were seen. */
  public Future<Void> round() {
    return pages(PAGES_PER_ROUND);
  }

  private Future<Void> pages(int left) {
    return store
        .page(after, unclaimed)
        .compose(
            page -> {
              blobs += page.blobs();
              bytes += page.bytes();
              after = page.upto();
              if (!page.full()) {
                tally.stored(blobs, bytes);
                after = "";
                blobs = 0;
                bytes = 0;
              }
              boolean more = page.full() && left > 1;
              return collect(page.unwanted())
                  .compose(done -> more ? pages(left - 1) : Future.succeededFuture());
            });
  }

  private Future<Void> collect(List<String> unwanted) {
    Future<Void> done = Future.succeededFuture();
    for (int from = 0; from < unwanted.size(); from += CollectorStore.BATCH) {
      List<String> batch =
          unwanted.subList(from, Math.min(unwanted.size(), from + CollectorStore.BATCH));
      done = done.compose(before -> delete(batch));
    }
    return done;
  }

  private Future<Void> delete(List<String> batch) {
    return store
        .collect(batch, unclaimed)
        .compose(
            collected -> {
              long size = collected.gone().stream().mapToLong(CollectorStore.Gone::size).sum();
              tally.collected(collected.gone().size(), size);
              return removeBytes(collected.gone())
                  .compose(done -> collected.more() ? delete(batch) : Future.succeededFuture());
            });
  }

  /** Those in a depot that is not open here are found when it is again. */
  private Future<Void> removeBytes(List<CollectorStore.Gone> gone) {
    if (depot.isEmpty()) {
      return Future.succeededFuture();
    }
    List<BytesName> names =
        gone.stream()
            .flatMap(g -> g.outside().stream())
            .filter(where -> where.depot().equals(depot.get().id()))
            .map(CollectorStore.Outside::name)
            .toList();
    return depot
        .get()
        .dock()
        .delete(names)
        .onFailure(
            e ->
                LOG.atWarn()
                    .addKeyValue("count", names.size())
                    .addKeyValue("cause", e.getMessage())
                    .log("bytes of deleted blobs stay for now; the audit removes them"))
        .otherwiseEmpty();
  }
}
