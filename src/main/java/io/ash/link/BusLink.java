package io.ash.link;

import io.ash.wire.CoordinatorApi;
import io.ash.wire.RunnerApi;
import io.ash.wire.RunnerDirectory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * The two interfaces of {@code wire} over the event bus of one JVM: one address for the
 * coordinator, one for each runner, requests and replies only, records by reference.
 *
 * <p>Thread-safe. A call that is served runs on the context that opened the door; its answer comes
 * on the context that asked. A refusal arrives as {@link io.ash.model.Refused}; no answer is a
 * {@link io.ash.wire.LinkFailure}.
 */
public final class BusLink implements RunnerDirectory {
  private static final String COORDINATOR = "ash.coordinator";
  private static final String RUNNER = "ash.runner.";

  private final Vertx vertx;

  /** The link of one Vert.x instance, of which there can be only one. */
  public BusLink(Vertx vertx) {
    this.vertx = vertx;
    vertx.eventBus().registerCodec(new RecordCodec());
  }

  /** Opens the address of the coordinator on the current context. */
  public Door serveCoordinator(CoordinatorApi api) {
    return BusAnswerer.open(vertx, COORDINATOR, BusCoordinator.table(api))::unregister;
  }

  /** Opens the address of one runner on the current context. */
  public Door serveRunner(String runnerId, RunnerApi api) {
    return BusAnswerer.open(vertx, RUNNER + runnerId, BusRunner.table(api))::unregister;
  }

  /** The coordinator, whether its address is open yet or not. */
  public CoordinatorApi coordinator() {
    return new BusCoordinator(new BusCaller(vertx, COORDINATOR));
  }

  @Override
  public RunnerApi runner(String runnerId, String host, int port) {
    return new BusRunner(new BusCaller(vertx, RUNNER + runnerId));
  }

  /** An open address. */
  @FunctionalInterface
  public interface Door {
    /** Closes it: later calls find nobody there. */
    Future<Void> close();
  }
}
