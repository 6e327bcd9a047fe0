package io.ash.testing;

import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, on the thread of a test, for what became of a future: at most 30 seconds. */
public final class Outcome {
  private Outcome() {}

  /** The result; throws what the future failed with, as it is. */
  public static <T> T of(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("no outcome within 30 s", e);
    }
  }

  /** What the future failed with. */
  public static Throwable failureOf(Future<?> future) {
    try {
      Object result = future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
      throw new AssertionError("expected a failure, not " + result);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("no outcome within 30 s", e);
    }
  }
}
