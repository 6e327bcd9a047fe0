package io.ash.coordinator.store;

import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A process that applies the migrations of {@link MigratorIT} once its input says go. */
final class MigratorProgram {
  private MigratorProgram() {}

  static final List<Migration> MIGRATIONS =
      List.of(
          new Migration(1, "first", "CREATE TABLE one (n int); INSERT INTO one VALUES (1);"),
          new Migration(2, "slow", "SELECT pg_sleep(0.2); INSERT INTO one VALUES (2)"),
          new Migration(3, "third", "INSERT INTO one VALUES (3)"));

  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx();
    Migrator migrator = migrator(vertx, args[0], MIGRATIONS);
    // As a server does before it migrates: a busy machine may keep a first connection waiting.
    new DatabaseStart(vertx, Timers.of(vertx), Ticker.system(), config(args[0]), "migrator")
        .await(Duration.ofSeconds(60))
        .toCompletionStage()
        .toCompletableFuture()
        .get();
    System.out.println("READY");
    System.in.read();
    try {
      int applied = migrator.migrate().toCompletionStage().toCompletableFuture().get().size();
      System.out.println("APPLIED " + applied);
    } catch (java.util.concurrent.ExecutionException e) {
      System.out.println("FAILED " + e.getCause());
    }
    System.exit(0);
  }

  static Migrator migrator(Vertx vertx, String url, List<Migration> migrations) {
    return new Migrator(
        vertx, Timers.of(vertx), Ticker.system(), config(url), "migrator", migrations);
  }

  private static DatabaseConfig config(String url) {
    return new DatabaseConfig(Optional.of(DatabaseUrl.parse(url)), Optional.empty(), 2);
  }
}
