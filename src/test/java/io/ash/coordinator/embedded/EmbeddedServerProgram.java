package io.ash.coordinator.embedded;

import io.ash.process.Spawner;
import io.ash.time.Ticker;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;

/** A process that keeps the embedded server running on a directory until its input ends. */
final class EmbeddedServerProgram {
  private EmbeddedServerProgram() {}

  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      DataLock lock = DataLock.take(Path.of(args[0]));
      EmbeddedPostgres postgres =
          EmbeddedPostgres.start(
                  vertx, new Spawner(), Ticker.system(), lock, ServerSettings.durable())
              .toCompletionStage()
              .toCompletableFuture()
              .get();
      System.out.println("READY " + postgres.pid() + " " + postgres.url());
      while (System.in.read() >= 0) {
        // what it says does not matter
      }
      postgres.stop().toCompletionStage().toCompletableFuture().get();
      System.out.println("STOPPED");
    } catch (CannotStart e) {
      System.out.println("REFUSED " + e.getMessage());
    } catch (ExecutionException e) {
      System.out.println("REFUSED " + e.getCause().getMessage());
    }
    System.exit(0);
  }
}
