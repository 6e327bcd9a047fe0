package io.ash.coordinator.upkeep;

import io.ash.coordinator.store.RetentionStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes sessions that ended longer ago than they are kept, with all their rows, in bounded steps;
 * their blobs are then nobody's. Any number of coordinators may do this at once. Confined to the
 * event loop of the duties.
 */
public final class ExpiredSessions {
  static final int PAGES_PER_ROUND = 50;
  static final int STEPS_PER_ROUND = 200;
  private static final int BATCH = 100;
  private static final Logger LOG = LoggerFactory.getLogger(ExpiredSessions.class);

  private final RetentionStore store;
  private final Optional<Duration> retention;
  private final Tally tally;
  private UUID after = RetentionStore.first();

  public ExpiredSessions(RetentionStore store, Optional<Duration> retention, Tally tally) {
    this.store = store;
    this.retention = retention;
    this.tally = tally;
  }

  /** One round: forgets sessions, then removes rows of those forgotten. */
  public Future<Void> round() {
    return retention
        .map(kept -> pages(kept, PAGES_PER_ROUND))
        .orElseGet(Future::succeededFuture)
        .compose(done -> purge(STEPS_PER_ROUND));
  }

  private Future<Void> pages(Duration kept, int left) {
    return store
        .page(after, kept)
        .compose(
            page -> {
              after = page.full() ? page.upto() : RetentionStore.first();
              return forget(page.old(), kept)
                  .compose(
                      done ->
                          page.full() && left > 1
                              ? pages(kept, left - 1)
                              : Future.succeededFuture());
            });
  }

  private Future<Void> forget(List<UUID> old, Duration kept) {
    Future<Void> done = Future.succeededFuture();
    for (int from = 0; from < old.size(); from += BATCH) {
      List<UUID> batch = old.subList(from, Math.min(old.size(), from + BATCH));
      done =
          done.compose(before -> store.forget(batch, kept))
              .onSuccess(
                  count -> {
                    tally.expired(count);
                    LOG.atInfo()
                        .addKeyValue("count", count)
                        .log("removed sessions that ended longer ago than they are kept");
                  })
              .mapEmpty();
    }
    return done;
  }

  private Future<Void> purge(int left) {
    return store
        .purge()
        .compose(more -> more && left > 1 ? purge(left - 1) : Future.succeededFuture());
  }
}
