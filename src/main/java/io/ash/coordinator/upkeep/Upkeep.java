package io.ash.coordinator.upkeep;

import io.ash.coordinator.store.CollectorStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.OpenDepot;
import io.ash.coordinator.store.RetentionStore;
import io.ash.time.Rounds;
import io.ash.time.Timers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The duties that remove what nobody needs; every coordinator has all of them. */
public final class Upkeep {
  private static final Duration COLLECTING = Duration.ofMinutes(5);
  private static final Duration EXPIRING = Duration.ofMinutes(10);
  private static final Duration AUDITING = Duration.ofHours(1);

  private final UnreferencedBlobs blobs;
  private final ExpiredSessions sessions;
  private final Optional<StrayBytes> strays;

  public Upkeep(
      Database database,
      Optional<OpenDepot> depot,
      UpkeepConfig config,
      InstantSource clock,
      Tally tally) {
    CollectorStore collector = new CollectorStore(database);
    blobs = new UnreferencedBlobs(collector, depot, config.unclaimed(), tally);
    sessions = new ExpiredSessions(new RetentionStore(database), config.retention(), tally);
    strays = depot.map(open -> new StrayBytes(collector, open, clock, tally));
  }

  /** Its rounds, not yet started. */
  public List<Rounds> rounds(Timers timers) {
    Duration spread = Duration.ofMinutes(1);
    List<Rounds> all = new ArrayList<>();
    all.add(new Rounds("UnreferencedBlobs", timers, COLLECTING, spread, blobs::round));
    all.add(new Rounds("ExpiredSessions", timers, EXPIRING, spread, sessions::round));
    strays.ifPresent(
        audit -> all.add(new Rounds("StrayBytes", timers, AUDITING, spread, audit::round)));
    return all;
  }
}
