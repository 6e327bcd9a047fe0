package io.ash.runner;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;

/** Where a host stands; each phase has only its legal moves. Immutable. */
sealed interface HostPhase {
  /** Workspace, scripts and process are being prepared. */
  record Preparing() implements HostPhase {
    Idle ready() {
      return new Idle();
    }
  }

  /** Ready for a turn. */
  record Idle() implements HostPhase {
    Busy begin(int turn) {
      return new Busy(turn);
    }
  }

  /**
   * A turn runs.
   *
   * @param turn its number
   */
  record Busy(int turn) implements HostPhase {
    Idle ended() {
      return new Idle();
    }
  }

  /** It is being taken down. */
  record Stopping() implements HostPhase {
    Gone gone() {
      return new Gone();
    }
  }

  /** Nothing is left of it. */
  record Gone() implements HostPhase {}

  /** Whether calls of the session are still answered. */
  default boolean open() {
    return !(this instanceof Stopping) && !(this instanceof Gone);
  }

  /** Whether its agent and files are there to be worked with. */
  default boolean inhabited() {
    return open() && !(this instanceof Preparing);
  }

  /** Begins the end, which is legal from everywhere but the end itself. */
  default Stopping stop() {
    if (!open()) {
      throw new IllegalStateException("it is being taken down already");
    }
    return new Stopping();
  }

  /** The answer of a host that is not there yet or not any more. */
  static <T> Future<T> away() {
    return Future.failedFuture(new Refused(Refusal.SANDBOX_GONE, "the sandbox is not there"));
  }
}
