package io.ash.coordinator;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.function.Supplier;

/** The coordinator wing: opens its door for runners, then begins its duties; closes in reverse. */
public final class CoordinatorVerticle extends VerticleBase {
  private final Coordinator coordinator;
  private final Duties duties;
  private final CoordinatorDoor door;
  private Supplier<Future<Void>> close = Future::succeededFuture;

  public CoordinatorVerticle(Coordinator coordinator, Duties duties, CoordinatorDoor door) {
    this.coordinator = coordinator;
    this.duties = duties;
    this.door = door;
  }

  @Override
  public Future<?> start() {
    close = door.open(coordinator);
    duties.start();
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    duties.stop();
    return close.get();
  }
}
