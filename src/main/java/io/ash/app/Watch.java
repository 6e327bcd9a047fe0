package io.ash.app;

import io.ash.telemetry.Checks;
import io.ash.telemetry.Health;
import io.ash.telemetry.ProcessFacts;
import io.ash.telemetry.Vitals;
import io.ash.time.Rounds;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Supplier;

/** Looks once a second at everything that health and metrics show. */
final class Watch {
  private static final Duration ROUND = Duration.ofSeconds(1);
  private static final Duration FIRST = Duration.ofSeconds(30);

  private final Ground ground;
  private final Checks checks;
  private final Health health;
  private final Supplier<Future<Vitals>> vitals;
  private final ProcessFacts facts;

  Watch(Ground ground, Checks checks, Health health, Supplier<Future<Vitals>> vitals) {
    this.ground = ground;
    this.checks = checks;
    this.health = health;
    this.vitals = vitals;
    this.facts = new ProcessFacts(ground.metrics(), ground.ticker());
  }

  /** Looks for the first time, then goes on until {@code closing} stops it; blocks. */
  void start(Closing closing) {
    Rounds rounds = new Rounds("Watch", ground.timers(), ROUND, Duration.ZERO, this::look);
    Await.result("first look at the checks", look(), FIRST);
    ground.vertx().runOnContext(v -> rounds.start());
    closing.add(
        "checks",
        () -> {
          rounds.stop();
          return Future.succeededFuture();
        });
  }

  /** Counts cannot be had while the database is away; then the last ones stay. */
  private Future<?> look() {
    return Future.join(
            checks.round(),
            vitals.get().onSuccess(health::vitals),
            ground
                .vertx()
                .executeBlocking(
                    () -> {
                      facts.sample();
                      return null;
                    },
                    false))
        .otherwiseEmpty();
  }
}
