package io.ash.runner;

import io.ash.model.Binding;
import io.ash.time.Backoff;
import io.ash.time.Confined;
import io.ash.time.Timers;
import io.ash.wire.AppendEvents;
import io.ash.wire.Appended;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.EventBatch;
import io.ash.wire.Verdict;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the events of all sessions of a runner to the journal, in order, each exactly once.
 *
 * <p>One request is under way at a time and holds batches of many sessions; what is said meanwhile
 * waits for the next one, and an idle uplink sends at once. A request without an answer is sent
 * again: the numbers of the events make a repetition harmless. Confined to the runner loop.
 */
final class EventUplink {
  private static final Logger LOG = LoggerFactory.getLogger(EventUplink.class);
  private static final Duration BUSY = Duration.ofMillis(20);

  private final CoordinatorApi coordinator;
  private final Timers timers;
  private final Executor soon;
  private final UplinkBounds bounds;
  private final Backoff again = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(3));
  private final Set<EventLane> ready = new LinkedHashSet<>();
  private final Set<EventLane> resting = new HashSet<>();
  private final Set<EventLane> held = new LinkedHashSet<>();
  private final Confined loop = new Confined();
  private long bytes;
  private boolean sending;
  private boolean asked;
  private boolean failing;

  /**
   * An uplink.
   *
   * @param soon runs a task on the runner loop after the present one
   */
  EventUplink(CoordinatorApi coordinator, Timers timers, Executor soon, UplinkBounds bounds) {
    this.coordinator = coordinator;
    this.timers = timers;
    this.soon = soon;
    this.bounds = bounds;
  }

  /** Opens the lane of one epoch of a session. */
  EventLane open(Binding binding, EventLane.Speaker speaker) {
    return new EventLane(binding, speaker, this);
  }

  UplinkBounds bounds() {
    return bounds;
  }

  /** Bytes that wait in all lanes together. */
  long bytes() {
    return bytes;
  }

  void grew(EventLane lane, long by) {
    loop.check();
    bytes += by;
    if (lane.bytes() > bounds.sessionBytes() || bytes > bounds.runnerBytes()) {
      held.add(lane);
      lane.hold();
    }
    readyIfAny(lane);
    sendSoon();
  }

  void shrank(EventLane lane, long by) {
    loop.check();
    bytes -= by;
    releaseWhoHasRoom();
  }

  void left(EventLane lane, long by) {
    ready.remove(lane);
    resting.remove(lane);
    held.remove(lane);
    shrank(lane, by);
  }

  private void releaseWhoHasRoom() {
    if (held.isEmpty() || bytes > bounds.runnerBytes() / 2) {
      return;
    }
    for (EventLane lane : List.copyOf(held)) {
      if (lane.bytes() <= bounds.sessionBytes() / 2) {
        held.remove(lane);
        lane.release();
      }
    }
  }

  private void sendSoon() {
    if (!asked && !sending) {
      asked = true;
      soon.execute(
          () -> {
            asked = false;
            send();
          });
    }
  }

  private void send() {
    loop.check();
    if (sending || ready.isEmpty()) {
      return;
    }
    List<EventLane> lanes = new ArrayList<>();
    List<EventBatch> batches = new ArrayList<>();
    gather(lanes, batches);
    if (batches.isEmpty()) {
      return;
    }
    sending = true;
    ask(new AppendEvents(List.copyOf(batches)))
        .onComplete(
            done -> {
              if (done.succeeded() && done.result().verdicts().size() == lanes.size()) {
                settle(lanes, done.result().verdicts());
              } else {
                retry(
                    lanes,
                    done.succeeded() ? "an answer for other batches" : done.cause().getMessage());
              }
            });
  }

  private Future<Appended> ask(AppendEvents call) {
    try {
      return coordinator.append(call);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void gather(List<EventLane> lanes, List<EventBatch> batches) {
    long room = bounds.requestBytes();
    for (Iterator<EventLane> it = ready.iterator(); it.hasNext(); ) {
      EventLane lane = it.next();
      if (lane.isEmpty()) {
        it.remove();
        continue;
      }
      EventLane.Cut cut = lane.next(room, batches.isEmpty());
      if (cut == null) {
        return;
      }
      it.remove();
      lanes.add(lane);
      batches.add(cut.batch());
      room -= cut.bytes();
    }
  }

  private void settle(List<EventLane> lanes, List<Verdict> verdicts) {
    loop.check();
    if (failing) {
      failing = false;
      LOG.info("events are taken again");
    }
    again.reset();
    sending = false;
    for (int i = 0; i < lanes.size(); i++) {
      if (!lanes.get(i).isOver()) {
        settle(lanes.get(i), verdicts.get(i));
      }
    }
    sendSoon();
  }

  private void settle(EventLane lane, Verdict verdict) {
    switch (verdict.kind()) {
      case APPENDED, HAD -> {
        lane.heardUpTo(verdict.upTo());
        readyIfAny(lane);
      }
      case GAP -> {
        if (lane.canContinueFrom(verdict.upTo() + 1)) {
          lane.heardUpTo(verdict.upTo());
          readyIfAny(lane);
        } else {
          LOG.atError()
              .addKeyValue("session", lane.binding().session())
              .addKeyValue("expected", verdict.upTo() + 1)
              .log("the journal lost events that it had taken; the sandbox is dropped");
          lane.fence("the journal lost events that it had taken");
        }
      }
      case BUSY -> {
        ready.remove(lane);
        resting.add(lane);
        timers.once(BUSY, () -> comeBack(lane));
      }
      case FENCED -> lane.fence("the session was bound anew");
      case UNKNOWN -> lane.fence("there is no such session");
    }
  }

  private void readyIfAny(EventLane lane) {
    if (!lane.isEmpty() && !resting.contains(lane)) {
      ready.add(lane);
    }
  }

  private void comeBack(EventLane lane) {
    loop.check();
    if (resting.remove(lane)) {
      readyIfAny(lane);
      sendSoon();
    }
  }

  /** The outcome is unknown: the same events go again, after a while. */
  private void retry(List<EventLane> lanes, String why) {
    Duration wait = again.next();
    if (!failing) {
      failing = true;
      LOG.atWarn()
          .addKeyValue("cause", why)
          .addKeyValue("waitMs", wait.toMillis())
          .log("events were not taken; they are kept and sent again");
    }
    timers.once(
        wait,
        () -> {
          sending = false;
          for (EventLane lane : lanes) {
            if (!lane.isOver()) {
              readyIfAny(lane);
            }
          }
          sendSoon();
        });
  }
}
