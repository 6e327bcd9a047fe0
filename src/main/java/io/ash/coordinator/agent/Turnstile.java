package io.ash.coordinator.agent;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a bounded number of asynchronous pieces of work run at once and a bounded number wait, in
 * order. Thread-safe.
 */
final class Turnstile {
  private final int most;
  private final int mostWaiting;
  private final Queue<Turn> waiting = new ArrayDeque<>();
  private int running;

  Turnstile(int most, int mostWaiting) {
    this.most = most;
    this.mostWaiting = mostWaiting;
  }

  /** Runs work when its turn comes; fails with UNAVAILABLE where too many wait already. */
  <T> Future<T> run(Supplier<Future<T>> work) {
    Promise<Void> turn = Promise.promise();
    Turn mine = new Turn(Vertx.currentContext(), turn);
    synchronized (this) {
      if (running < most) {
        running++;
        turn.complete();
      } else if (waiting.size() < mostWaiting) {
        waiting.add(mine);
      } else {
        return Future.failedFuture(
            new Refused(Refusal.UNAVAILABLE, "Too many deploys at once; try again in a moment"));
      }
    }
    return turn.future().compose(go -> work.get()).onComplete(done -> next());
  }

  /** Whether nothing runs or waits. */
  synchronized boolean idle() {
    return running == 0;
  }

  /**
   * Somebody who waits.
   *
   * @param context where the work is to run: that of the caller, not of whoever made room
   */
  private record Turn(@Nullable Context context, Promise<Void> turn) {
    void begin() {
      if (context == null) {
        turn.complete();
      } else {
        context.runOnContext(now -> turn.complete());
      }
    }
  }

  private void next() {
    Turn following;
    synchronized (this) {
      following = waiting.poll();
      if (following == null) {
        running--;
      }
    }
    if (following != null) {
      following.begin();
    }
  }
}
