package io.ash.coordinator.fleet;

import io.ash.coordinator.store.FleetStore;
import io.ash.model.Binding;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds runners whose lease ran out and lets every session go that is bound to a boot which is not
 * alive.
 *
 * <p>It compares levels, not edges: a session that slipped in during the last round is found in
 * this one, and a second round finds nothing. A process that was itself asleep does not judge:
 * after a pause it leaves leases alone for one round.
 */
public final class LostRunners {
  private static final Logger LOG = LoggerFactory.getLogger(LostRunners.class);

  private final FleetStore store;
  private final Function<Binding, Future<Void>> letGo;
  private final Ticker ticker;
  private final Duration patience;
  private long lastRound;

  /**
   * @param letGo lets one session go
   * @param patience a pause between rounds beyond which this process was asleep
   */
  public LostRunners(
      FleetStore store, Function<Binding, Future<Void>> letGo, Ticker ticker, Duration patience) {
    this.store = store;
    this.letGo = letGo;
    this.ticker = ticker;
    this.patience = patience;
    this.lastRound = ticker.nanos();
  }

  /** One round. */
  public Future<Void> round() {
    boolean slept = ticker.millisSince(lastRound) > patience.toMillis();
    lastRound = ticker.nanos();
    Future<List<String>> expired = slept ? Future.succeededFuture(List.of()) : store.expire();
    return expired
        .onSuccess(
            ids ->
                ids.forEach(
                    id ->
                        LOG.atWarn()
                            .addKeyValue("runner", id)
                            .log("lease ran out; its sessions are paused and can be resumed")))
        .compose(ids -> store.orphans())
        .compose(this::letAllGo);
  }

  private Future<Void> letAllGo(List<Binding> orphans) {
    Future<Void> done = Future.succeededFuture();
    for (Binding orphan : orphans) {
      done = done.compose(ignored -> letGo.apply(orphan));
    }
    return done;
  }
}
