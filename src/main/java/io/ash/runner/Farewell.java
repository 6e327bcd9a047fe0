package io.ash.runner;

import io.ash.model.Binding;
import io.vertx.core.Future;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last steps of a host, each with a limit: its events, its snapshot, its quarters. Together
 * they stay below what a caller waits for the close of a sandbox.
 */
final class Farewell {
  private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);
  private static final Duration LAST_EVENTS = Duration.ofSeconds(5);
  private static final Duration LAST_SNAPSHOT = Duration.ofSeconds(18);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Binding binding;
  private final HostTools tools;
  private final EventLane lane;
  private final HostSnapshots snapshots;
  private final Quarters quarters;

  Farewell(
      Binding binding,
      HostTools tools,
      EventLane lane,
      HostSnapshots snapshots,
      Quarters quarters) {
    this.binding = binding;
    this.tools = tools;
    this.lane = lane;
    this.snapshots = snapshots;
    this.quarters = quarters;
  }

  /** Delivers and saves what it can; completes when nothing is left. */
  Future<Void> inOrder(boolean snapshot) {
    return within(LAST_EVENTS, lane.flushed())
        .compose(
            v ->
                snapshot ? within(LAST_SNAPSHOT, snapshots.take()) : Future.<Void>succeededFuture())
        .onFailure(
            e ->
                LOG.atWarn()
                    .addKeyValue("session", binding.session())
                    .addKeyValue("cause", e.getMessage())
                    .log("a sandbox is removed without its last events or snapshot"))
        .otherwiseEmpty()
        .compose(v -> quarters.vacate(GRACE));
  }

  /** Saves nothing: what is here belongs to an epoch that is over. */
  Future<Void> atOnce() {
    return quarters.vacate(Duration.ZERO);
  }

  private Future<Void> within(Duration limit, Future<Void> work) {
    return Limited.within(tools.timers(), limit, work);
  }
}
