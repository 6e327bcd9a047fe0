package io.ash.coordinator.journal;

import io.ash.coordinator.store.JournalStore;
import io.ash.coordinator.store.JournalStore.Outcome;
import io.ash.model.SessionId;
import io.ash.wire.AppendEvents;
import io.ash.wire.Appended;
import io.ash.wire.EventBatch;
import io.ash.wire.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes what runners say, in as few statements as the load allows: at once when idle, together
 * while statements are under way.
 *
 * <p>Two statements may be under way at once, never two for one session. Confined to the loop of
 * the coordinator.
 */
public final class Appends {
  private static final int MOST_UNDER_WAY = 2;
  private static final int MOST_EVENTS = 2_000;
  private static final int MOST_WAITING = 10_000;

  private final JournalStore store;
  private final Journal journal;
  private final Consumer<SessionId> nextTurn;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Set<SessionId> busy = new HashSet<>();
  private int underWay;

  /**
   * @param nextTurn told of every session whose next queued turn may start
   */
  public Appends(JournalStore store, Journal journal, Consumer<SessionId> nextTurn) {
    this.store = store;
    this.journal = journal;
    this.nextTurn = nextTurn;
  }

  private record Waiting(EventBatch batch, Promise<Verdict> verdict) {}

  /** Appends the batches; the verdicts come in their order. */
  public Future<Appended> append(AppendEvents call) {
    List<Future<Verdict>> verdicts = new ArrayList<>(call.batches().size());
    for (EventBatch batch : call.batches()) {
      if (waiting.size() >= MOST_WAITING) {
        verdicts.add(Future.succeededFuture(new Verdict(Verdict.Kind.BUSY, 0)));
        continue;
      }
      Promise<Verdict> verdict = Promise.promise();
      waiting.add(new Waiting(batch, verdict));
      verdicts.add(verdict.future());
    }
    flush();
    return Future.join(verdicts).map(all -> new Appended(all.<Verdict>list()));
  }

  private void flush() {
    while (underWay < MOST_UNDER_WAY && !waiting.isEmpty()) {
      List<Waiting> group = group();
      if (group.isEmpty()) {
        return;
      }
      write(group);
    }
  }

  /** The longest waiting batches, one of each session that has no statement under way. */
  private List<Waiting> group() {
    List<Waiting> group = new ArrayList<>();
    List<Waiting> later = new ArrayList<>();
    int events = 0;
    while (!waiting.isEmpty() && events < MOST_EVENTS) {
      Waiting next = waiting.poll();
      if (busy.add(next.batch().binding().session())) {
        group.add(next);
        events += next.batch().events().size();
      } else {
        later.add(next);
      }
    }
    for (int i = later.size() - 1; i >= 0; i--) {
      waiting.addFirst(later.get(i));
    }
    return group;
  }

  private void write(List<Waiting> group) {
    underWay++;
    Instant now = journal.clock().instant();
    int slot = DeltaRing.slot(now);
    List<EventBatch> batches = group.stream().map(Waiting::batch).toList();
    store
        .append(slot, batches)
        .recover(failure -> oneByOne(slot, batches, failure))
        .onComplete(
            result -> {
              underWay--;
              group.forEach(w -> busy.remove(w.batch().binding().session()));
              if (result.failed()) {
                group.forEach(w -> w.verdict().fail(result.cause()));
              } else {
                settle(group, result.result(), now);
              }
              flush();
            });
  }

  /**
   * A group that one bad batch spoils is written batch by batch, so that the others get through.
   */
  private Future<List<Outcome>> oneByOne(int slot, List<EventBatch> batches, Throwable failure) {
    if (!JournalStore.isRejected(failure)) {
      return Future.failedFuture(failure);
    }
    List<Future<Outcome>> each = new ArrayList<>(batches.size());
    for (EventBatch batch : batches) {
      each.add(
          store
              .append(slot, List.of(batch))
              .map(outcomes -> outcomes.get(0))
              .recover(
                  cause ->
                      JournalStore.isRejected(cause)
                          ? store
                              .append(slot, List.of(RejectedEvents.replaced(batch)))
                              .map(outcomes -> outcomes.get(0))
                          : Future.failedFuture(cause)));
    }
    return Future.all(each).map(all -> all.<Outcome>list());
  }

  private void settle(List<Waiting> group, List<Outcome> outcomes, Instant now) {
    for (int i = 0; i < group.size(); i++) {
      Waiting w = group.get(i);
      Outcome outcome = outcomes.get(i);
      SessionId session = w.batch().binding().session();
      if (outcome.verdict().kind() == Verdict.Kind.APPENDED) {
        journal.appended(session, JournalStore.rows(w.batch(), outcome, now));
      } else if (outcome.verdict().kind() == Verdict.Kind.HAD) {
        journal.wake(session);
      }
      w.verdict().complete(outcome.verdict());
      if (outcome.nextTurn() > 0) {
        nextTurn.accept(session);
      }
    }
  }
}
