package io.ash.coordinator.fleet;

import io.ash.coordinator.store.FleetStore.RunnerRow;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RunnerStatus;
import io.ash.wire.MakeRoom;
import io.vertx.core.Future;
import java.util.List;

/** Makes room in a full fleet: asks runners to give a sandbox back that nothing runs in. */
final class Evictions {
  private static final int MOST_ASKED = 3;

  private final Fleet fleet;

  Evictions(Fleet fleet) {
    this.fleet = fleet;
  }

  /** Completes when some runner has room; fails with the refusal of the last one asked. */
  Future<Void> makeRoom() {
    return fleet
        .runners()
        .compose(
            all -> {
              List<RunnerRow> ready =
                  all.stream().filter(r -> r.status() == RunnerStatus.READY).toList();
              boolean room = ready.stream().anyMatch(r -> r.reserved() < r.cap());
              return room ? Future.succeededFuture() : ask(ready, 0, noRunner());
            });
  }

  private Future<Void> ask(List<RunnerRow> ready, int next, Throwable why) {
    if (next == Math.min(ready.size(), MOST_ASKED)) {
      return Future.failedFuture(why);
    }
    RunnerRow row = ready.get(next);
    return fleet
        .reach(row.id(), row.host(), row.port())
        .makeRoom(new MakeRoom(row.id(), row.incarnation()))
        .recover(no -> ask(ready, next + 1, refusal(no)));
  }

  private static Refused refusal(Throwable no) {
    return no instanceof Refused refused && refused.refusal() == Refusal.NO_CAPACITY
        ? refused
        : new Refused(Refusal.UNAVAILABLE, "A full runner did not answer: " + no.getMessage());
  }

  private static Refused noRunner() {
    return new Refused(Refusal.NO_CAPACITY, "No runner is ready to take a sandbox.");
  }
}
