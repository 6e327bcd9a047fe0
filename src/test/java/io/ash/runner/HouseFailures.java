package io.ash.runner;

import io.ash.model.Refused;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;

/** Reads how a call failed. */
final class HouseFailures {
  private HouseFailures() {}

  /** The code of the refusal. */
  static String refusal(Future<?> call) {
    try {
      call.await(RunnerHouse.LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (Refused e) {
      return e.refusal().code();
    } catch (Exception e) {
      throw new AssertionError("it failed in another way", e);
    }
    throw new AssertionError("it was not refused");
  }
}
