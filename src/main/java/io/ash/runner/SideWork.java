package io.ash.runner;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.wire.ExecResult;
import io.ash.wire.WriteBundle;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What is done in a sandbox beside its agent: commands, and the files that agent and user share.
 * Refused with {@code SANDBOX_GONE} before the sandbox is ready and after its end began. Confined
 * to the runner loop.
 */
final class SideWork {
  private final Quarters quarters;
  private final HostUse use;
  private final BooleanSupplier inhabited;
  private final Runnable changed;

  /**
   * Work beside one agent.
   *
   * @param inhabited whether there is an agent to be beside
   * @param changed told when files may be different
   */
  SideWork(Quarters quarters, HostUse use, BooleanSupplier inhabited, Runnable changed) {
    this.quarters = quarters;
    this.use = use;
    this.inhabited = inhabited;
    this.changed = changed;
  }

  /** Runs a command. */
  Future<ExecResult> exec(String command, Duration limit) {
    return using(() -> quarters.exec(command, limit));
  }

  /** Does something with the files of the session, which may change them. */
  <T> Future<T> changing(Function<SessionFiles, Future<T>> work) {
    return using(() -> work.apply(quarters.files()));
  }

  /** Takes a part of a bundle: the session is in use, but only the last part changes its files. */
  Future<Void> bundle(WriteBundle call) {
    if (call.bytes().length() > WriteBundle.MOST) {
      return Future.failedFuture(
          new Refused(
              Refusal.INVALID_REQUEST, "a part has more than " + WriteBundle.MOST + " bytes"));
    }
    return switch (call.then()) {
      case FORGET -> looking(files -> files.writeBundle(call));
      case WAIT -> inUse(() -> quarters.files().writeBundle(call));
      case UNPACK -> changing(files -> files.writeBundle(call));
    };
  }

  private <T> Future<T> using(Supplier<Future<T>> work) {
    return inUse(work)
        .onComplete(
            done -> {
              if (inhabited.getAsBoolean()) {
                changed.run();
              }
            });
  }

  private <T> Future<T> inUse(Supplier<Future<T>> work) {
    return inhabited.getAsBoolean() ? use.run(work) : HostPhase.away();
  }

  /** Does something that changes nothing; where the processes stand still, they go on doing so. */
  <T> Future<T> looking(Function<SessionFiles, Future<T>> work) {
    return inhabited.getAsBoolean() ? work.apply(quarters.files()) : HostPhase.away();
  }
}
