package io.ash.runner;

import io.ash.wire.RunnerApi;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** Where coordinators reach a runner. */
@FunctionalInterface
public interface RunnerDoor {
  /**
   * Opens the door on the current context; calls are answered on it from now on. What it gives back
   * closes the door.
   */
  Supplier<Future<Void>> open(RunnerApi runner);
}
