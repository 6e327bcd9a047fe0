package io.ash.runner;

import io.ash.wire.OpenSandbox;
import io.vertx.core.Future;
import java.util.function.Function;

/** Finds quarters before there is a session. */
@FunctionalInterface
interface Spares {
  /**
   * Takes empty quarters; see {@link Lodgings#take} for failures.
   *
   * @param nobody what the session will be like; its binding has epoch 0 and is nobody's
   */
  Future<Spare> spare(OpenSandbox nobody);

  /**
   * Quarters without a session.
   *
   * @param lodging as they are now
   * @param bind makes them those of a session, once; throws {@link IllegalArgumentException} where
   *     the environment of the session is not one
   */
  record Spare(Lodgings.Lodging lodging, Function<OpenSandbox, Lodgings.Lodging> bind) {}
}
