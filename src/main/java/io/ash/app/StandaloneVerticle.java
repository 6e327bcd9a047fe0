package io.ash.app;

import io.ash.coordinator.CoordinatorVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Both wings in one process: the coordinator first, then the runner.
 *
 * <p>The runner is a child, and children are undeployed before their parent stops; so the runner
 * can still say what it has to say while the wings close.
 */
final class StandaloneVerticle extends VerticleBase {
  private final Supplier<CoordinatorVerticle> coordinator;
  private final Supplier<? extends Deployable> runner;
  private @Nullable CoordinatorVerticle open;

  StandaloneVerticle(
      Supplier<CoordinatorVerticle> coordinator, Supplier<? extends Deployable> runner) {
    this.coordinator = coordinator;
    this.runner = runner;
  }

  @Override
  public Future<?> start() throws Exception {
    CoordinatorVerticle wing = coordinator.get();
    return wing.deploy(context)
        .compose(
            v -> {
              open = wing;
              return vertx.deployVerticle(runner.get());
            });
  }

  @Override
  public Future<?> stop() throws Exception {
    return open == null ? Future.succeededFuture() : open.undeploy(context);
  }
}
