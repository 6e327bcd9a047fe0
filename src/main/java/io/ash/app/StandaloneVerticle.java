package io.ash.app;

import io.ash.coordinator.CoordinatorVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.function.Supplier;

/** Both wings in one process: the coordinator first, then the runner; closes in reverse. */
final class StandaloneVerticle extends VerticleBase {
  private final Supplier<CoordinatorVerticle> coordinator;
  private final Supplier<? extends Deployable> runner;
  private String coordinatorId = "";
  private String runnerId = "";

  StandaloneVerticle(
      Supplier<CoordinatorVerticle> coordinator, Supplier<? extends Deployable> runner) {
    this.coordinator = coordinator;
    this.runner = runner;
  }

  @Override
  public Future<?> start() {
    return vertx
        .deployVerticle(coordinator.get())
        .compose(
            id -> {
              coordinatorId = id;
              return vertx.deployVerticle(runner.get());
            })
        .onSuccess(id -> runnerId = id);
  }

  @Override
  public Future<?> stop() {
    return vertx.undeploy(runnerId).eventually(() -> vertx.undeploy(coordinatorId));
  }
}
