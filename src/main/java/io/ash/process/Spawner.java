package io.ash.process;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts child processes from one platform thread that lives as long as the JVM.
 *
 * <p>Thread-safe. The environment of the server is never inherited: a builder whose environment was
 * not touched is cleared by {@link #builder}.
 */
public final class Spawner {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread t = new Thread(task, "ash-spawner");
            t.setDaemon(true);
            return t;
          });

  /** A builder with an empty environment: a child sees only what the caller puts there. */
  public static ProcessBuilder builder(String... command) {
    ProcessBuilder b = new ProcessBuilder(command);
    b.environment().clear();
    return b;
  }

  /**
   * Starts the child; completes on the spawner thread with an {@link IOException} where the command
   * cannot be started.
   */
  public CompletableFuture<Process> start(ProcessBuilder builder) {
    CompletableFuture<Process> started = new CompletableFuture<>();
    thread.execute(
        () -> {
          try {
            started.complete(builder.start());
          } catch (IOException | RuntimeException e) {
            started.completeExceptionally(e);
          }
        });
    return started;
  }
}
