package io.ash.app;

import io.ash.config.Env;
import io.ash.link.BusLink;
import io.ash.runner.RunnerConfig;
import io.ash.runner.RunnerSurroundings;
import io.ash.runner.RunnerVerticle;
import io.ash.runner.sandbox.Isolation;
import io.ash.runner.sandbox.Sandboxes;

/** Puts the runner wing together for this process. */
final class RunnerAssembly {
  private static final String OWN = "local";

  private final Ground ground;
  private final RunnerConfig config;

  private RunnerAssembly(Ground ground, RunnerConfig config) {
    this.ground = ground;
    this.config = config;
  }

  /** Reads what a runner reads; problems stay with {@code env}. */
  static RunnerAssembly read(Env env, Ground ground) {
    return new RunnerAssembly(ground, RunnerConfig.read(env, OWN));
  }

  /** Its id in the fleet. */
  String id() {
    return config.id();
  }

  /** What stands between its sandboxes and this machine, as people say it. */
  String isolation() {
    return config.isolation() == Isolation.NONE ? "none" : "bubblewrap";
  }

  /** The wing, reached over the bus of this process. */
  RunnerVerticle build(BusLink link) {
    return new RunnerVerticle(
        config,
        new RunnerSurroundings(
            link.coordinator(),
            runner -> link.serveRunner(config.id(), runner)::close,
            OWN,
            0,
            Sandboxes.by(ground.spawner()),
            ground.timers(),
            ground.ticker(),
            ground.clock(),
            ground.metrics()));
  }
}
