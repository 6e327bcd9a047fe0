package io.ash.runner;

import io.ash.runner.dialect.Dialect;
import io.ash.wire.OpenSandbox;
import io.vertx.core.Future;
import java.util.function.Function;

/** Finds quarters for hosts. */
interface Lodgings {
  /**
   * Takes quarters that are still empty; fails with {@link io.ash.model.Refused} where this runner
   * can know at once that it cannot have them: program, limits, network.
   */
  Future<Lodging> take(OpenSandbox call);

  /**
   * Quarters and the language of who will live there.
   *
   * @param dialects opens the dialect with what an earlier process asked to remember
   */
  record Lodging(Quarters quarters, Function<String, Dialect> dialects) {}
}
