package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last steps of a host, each with a limit: its events, its snapshot, its quarters. Together
 * they stay below what a caller waits for the close of a sandbox. Confined to the runner loop.
 */
final class Farewell {
  private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);
  private static final Duration LAST_EVENTS = Duration.ofSeconds(5);
  private static final Duration LAST_SNAPSHOT = Duration.ofSeconds(12);
  private static final Duration KEEPING = Duration.ofSeconds(8);
  private static final Duration LAST_WORD = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Binding binding;
  private final HostTools tools;
  private final EventLane lane;
  private final HostSnapshots snapshots;
  private final Quarters quarters;
  private final Backoff again = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(4));
  private boolean over;
  private @Nullable Throwable refused;

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
            v -> snapshot ? within(LAST_SNAPSHOT, lastSnapshot()) : Future.<Void>succeededFuture())
        .onComplete(done -> over = true)
        .recover(e -> snapshot && !lane.isOver() ? keep(e) : Future.failedFuture(e))
        .onFailure(
            e ->
                LOG.atWarn()
                    .addKeyValue("session", binding.session())
                    .addKeyValue("cause", e.getMessage())
                    .log("a sandbox is removed without its last events or snapshot"))
        .otherwiseEmpty()
        .compose(v -> quarters.vacate(GRACE));
  }

  /** What nobody takes stays on this machine for the session's next sandbox. */
  private Future<Void> keep(Throwable last) {
    Throwable why = refused == null ? last : refused;
    Future<Void> kept =
        snapshots
            .keep()
            .onSuccess(
                any -> {
                  if (any) {
                    LOG.atWarn()
                        .addKeyValue("session", binding.session())
                        .addKeyValue("cause", why.getMessage())
                        .log("files that could not be saved are kept until the session comes back");
                    lane.say(NoticeEvent.of(SavingNotices.kept(why), 0));
                  }
                })
            .mapEmpty();
    return within(KEEPING, kept).compose(v -> within(LAST_WORD, lane.flushed()).otherwiseEmpty());
  }

  /** A store that is away for a moment must not cost what was done since the last snapshot. */
  private Future<Void> lastSnapshot() {
    return snapshots
        .take()
        .recover(
            e -> {
              boolean later = e instanceof Refused no && no.refusal() == Refusal.UNAVAILABLE;
              if (over || !later) {
                return Future.failedFuture(e);
              }
              refused = e;
              Promise<Void> waited = Promise.promise();
              tools.timers().once(again.next(), waited::complete);
              return waited.future().compose(v -> over ? Future.failedFuture(e) : lastSnapshot());
            });
  }

  /** Saves nothing: what is here belongs to an epoch that is over. */
  Future<Void> atOnce() {
    return quarters.vacate(Duration.ZERO);
  }

  private Future<Void> within(Duration limit, Future<Void> work) {
    return Limited.within(tools.timers(), limit, work);
  }
}
