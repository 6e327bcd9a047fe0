package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Confined;
import io.ash.wire.EventBatch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one epoch of a session has to say, numbered 1, 2, 3, …, until it is in the journal.
 *
 * <p>A number that was sent once keeps its content for ever: whoever repeats a request repeats the
 * same events. Confined to the runner loop.
 */
final class EventLane {
  /** Whoever speaks in this lane. */
  interface Speaker {
    /** Stop reading the agent: more is waiting than the session's share. */
    void hold();

    /** Read on. */
    void release();

    /** The epoch is over: nothing it says will be heard any more. */
    void fenced(String why);
  }

  private final Binding binding;
  private final Speaker speaker;
  private final EventUplink uplink;
  private final ArrayDeque<WaitingEvent> waiting = new ArrayDeque<>();
  private final ArrayDeque<Wanted> wanted = new ArrayDeque<>();
  private long lastNo;
  private long sentNo;
  private long bytes;
  private boolean held;
  private @Nullable String over;
  private final Confined loop = new Confined();

  EventLane(Binding binding, Speaker speaker, EventUplink uplink) {
    this.binding = binding;
    this.speaker = speaker;
    this.uplink = uplink;
  }

  Binding binding() {
    return binding;
  }

  /** Takes an event; it is never lost while the epoch lasts, and ignored afterwards. */
  void say(Event event) {
    loop.check();
    if (over != null) {
      return;
    }
    WaitingEvent next = new WaitingEvent(lastNo + 1, event);
    WaitingEvent last = waiting.peekLast();
    long before = bytes;
    if (last != null && last.no() > sentNo) {
      long small = last.bytes();
      if (last.absorb(next, uplink.bounds().mergedChars())) {
        bytes += last.bytes() - small;
        uplink.grew(this, bytes - before);
        return;
      }
    }
    lastNo++;
    waiting.add(next);
    bytes += next.bytes();
    uplink.grew(this, bytes - before);
  }

  /** Number of the newest event said so far, 0 if none. */
  long lastNo() {
    return lastNo;
  }

  /** Completes when everything said so far is in the journal; fails when the epoch is over. */
  Future<Void> flushed() {
    if (over != null) {
      return Future.failedFuture(new Refused(Refusal.FENCED, over));
    }
    if (waiting.isEmpty()) {
      return Future.succeededFuture();
    }
    Wanted wish = new Wanted(lastNo, Promise.promise());
    wanted.add(wish);
    return wish.promise().future();
  }

  /** Ends the lane: what still waits is thrown away. */
  void close() {
    end("the sandbox is gone");
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  boolean isOver() {
    return over != null;
  }

  long bytes() {
    return bytes;
  }

  boolean held() {
    return held;
  }

  void hold() {
    if (!held) {
      held = true;
      speaker.hold();
    }
  }

  void release() {
    if (held) {
      held = false;
      speaker.release();
    }
  }

  /**
   * The next batch of at most {@code room} bytes, or null where not even one event fits; a larger
   * event only where it goes alone.
   */
  @Nullable Cut next(long room, boolean alone) {
    UplinkBounds bounds = uplink.bounds();
    long limit = Math.min(room, bounds.batchBytes());
    List<Event> events = new ArrayList<>();
    long size = 0;
    for (Iterator<WaitingEvent> it = waiting.iterator(); it.hasNext(); ) {
      WaitingEvent e = it.next();
      boolean fits = size + e.bytes() <= limit || (events.isEmpty() && alone);
      if (!fits || events.size() == bounds.batchEvents()) {
        break;
      }
      size += e.bytes();
      events.add(e.event());
      sentNo = Math.max(sentNo, e.no());
      if (e.endsTurn()) {
        break;
      }
    }
    WaitingEvent first = waiting.peekFirst();
    return events.isEmpty() || first == null
        ? null
        : new Cut(new EventBatch(binding, first.no(), List.copyOf(events)), size);
  }

  /** Everything up to {@code no} is in the journal. */
  void heardUpTo(long no) {
    long before = bytes;
    for (WaitingEvent e = waiting.peek(); e != null && e.no() <= no; e = waiting.peek()) {
      waiting.remove();
      bytes -= e.bytes();
    }
    uplink.shrank(this, before - bytes);
    for (Wanted w = wanted.peek(); w != null && w.no() <= no; w = wanted.peek()) {
      wanted.remove().promise().complete();
    }
  }

  /** Whether the journal can go on from {@code expected} with what is still here. */
  boolean canContinueFrom(long expected) {
    WaitingEvent first = waiting.peekFirst();
    return first != null && first.no() <= expected;
  }

  /** The journal takes nothing more of this epoch. */
  void fence(String why) {
    if (over == null) {
      end(why);
      speaker.fenced(why);
    }
  }

  private void end(String why) {
    loop.check();
    if (over != null) {
      return;
    }
    over = why;
    long before = bytes;
    waiting.clear();
    bytes = 0;
    uplink.left(this, before);
    for (Wanted w = wanted.poll(); w != null; w = wanted.poll()) {
      w.promise().fail(new Refused(Refusal.FENCED, why));
    }
  }

  /** A batch and its size. */
  record Cut(EventBatch batch, long bytes) {}

  private record Wanted(long no, Promise<Void> promise) {}
}
