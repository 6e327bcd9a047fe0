package io.ash.runner;

import io.ash.time.Confined;
import io.vertx.core.Future;

/**
 * Whether the processes of a host stand still, and the one road between both: a freeze that is
 * under way ends before the thaw begins. Confined to the runner loop.
 */
final class Slumber {
  private final Quarters quarters;
  private Future<Void> latest = Future.succeededFuture();
  private int step;
  private boolean frozen;
  private final Confined loop = new Confined();

  Slumber(Quarters quarters) {
    this.quarters = quarters;
  }

  /** Whether the processes stand still or are about to. */
  boolean frozen() {
    return frozen;
  }

  /** Makes the processes stand still; where they do not, they go on and the answer is a failure. */
  Future<Void> freeze() {
    loop.check();
    if (frozen) {
      return latest;
    }
    frozen = true;
    int mine = ++step;
    Future<Void> done =
        latest
            .transform(before -> quarters.freeze())
            .recover(
                e ->
                    quarters
                        .thaw()
                        .transform(
                            thawed -> {
                              frozen &= step != mine;
                              return Future.<Void>failedFuture(e);
                            }));
    latest = done.otherwiseEmpty();
    return done;
  }

  /** Completes when the processes go on; fails where they cannot be made to. */
  Future<Void> awake() {
    loop.check();
    if (frozen) {
      frozen = false;
      int mine = ++step;
      latest = latest.transform(before -> quarters.thaw()).onFailure(e -> frozen |= step == mine);
    }
    return latest;
  }
}
