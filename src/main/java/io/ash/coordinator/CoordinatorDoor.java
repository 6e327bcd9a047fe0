package io.ash.coordinator;

import io.ash.wire.CoordinatorApi;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** Where runners reach a coordinator. */
@FunctionalInterface
public interface CoordinatorDoor {
  /**
   * Opens the door on the current context; calls are answered on it from now on. What it gives back
   * closes the door.
   */
  Supplier<Future<Void>> open(CoordinatorApi coordinator);
}
