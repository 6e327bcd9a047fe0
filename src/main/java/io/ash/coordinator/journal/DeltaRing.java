package io.ash.coordinator.journal;

import io.ash.coordinator.store.JournalStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The ring of tables that takes deltas: one table an hour, each emptied whole before its next hour.
 *
 * <p>A delta stays for at least two hours, longer while its turn is open. Which table is whose hour
 * is decided by the wall clock of a coordinator; clocks that differ by minutes only move the moment
 * of emptying.
 */
public final class DeltaRing {
  private static final long HOUR_SECONDS = 3_600;

  private final JournalStore store;
  private final InstantSource clock;

  public DeltaRing(JournalStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /** The table that takes the deltas of a moment. */
  static int slot(Instant moment) {
    return (int) Math.floorMod(moment.getEpochSecond() / HOUR_SECONDS, (long) JournalStore.RING);
  }

  /** Empties the table that the next hour will fill; one in use is left for the next round. */
  public Future<Void> round() {
    int next = (slot(clock.instant()) + 1) % JournalStore.RING;
    return store.emptyRing(next);
  }
}
