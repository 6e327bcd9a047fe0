package io.ash.app;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits on threads that belong to the roof (main, shutdown hook); never on an event loop. */
final class Await {
  private Await() {}

  /** The result, or the failure as it was; a wait beyond {@code limit} is a failure too. */
  static <T> T result(String what, Future<T> future, Duration limit) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(what + " failed", e.getCause());
    } catch (TimeoutException e) {
      throw new CannotStart(
          ExitCode.FAILED, what + " was not done within " + limit.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotStart(ExitCode.FAILED, "interrupted during: " + what);
    }
  }
}
