package io.ash.app;

import io.ash.blob.depot.Depot;
import io.ash.blob.depot.DepotConfig;
import io.ash.blob.depot.DepotTimes;
import io.ash.blob.depot.Dock;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.DepotRefused;
import io.ash.coordinator.store.DepotStore;
import io.ash.coordinator.store.OpenDepot;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the place of {@code ASH_SNAPSHOT_URL}, tried and compared with what the database knows. */
final class DepotOpening {
  private static final Logger LOG = LoggerFactory.getLogger(DepotOpening.class);
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Ground ground;
  private final Closing closing;

  DepotOpening(Ground ground, Closing closing) {
    this.ground = ground;
    this.closing = closing;
  }

  /** Nothing where files lie in the database; blocks. */
  Optional<OpenDepot> open(DepotConfig config, Database database, ReachedDatabase reached) {
    Depot depot = config.open().orElse(null);
    if (depot == null) {
      return Optional.empty();
    }
    DepotTimes times =
        (operation, nanos, outcome) ->
            ground
                .metrics()
                .depot(
                    operation,
                    Duration.ofNanos(nanos),
                    outcome.name().toLowerCase(java.util.Locale.ROOT));
    Dock dock = new Dock(ground.vertx(), ground.timers(), ground.ticker(), times, depot);
    closing.add("store of files", dock::close);
    try {
      OpenDepot open =
          reached.step("opening " + dock.url(), () -> new DepotStore(database).open(dock), LIMIT);
      LOG.atInfo().addKeyValue("depot", dock.url()).log("files of agents and workspaces go there");
      return Optional.of(open);
    } catch (DepotRefused e) {
      throw new CannotStart(ExitCode.DEPOT, String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      throw new CannotStart(
          ExitCode.DEPOT,
          "ASH_SNAPSHOT_URL names a place that does not work: %s (%s)"
              .formatted(why.getMessage(), why.getClass().getSimpleName()));
    }
  }
}
