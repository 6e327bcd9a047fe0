package io.ash.app;

import io.ash.coordinator.embedded.DataLock;
import io.ash.coordinator.embedded.EmbeddedPostgres;
import io.ash.coordinator.embedded.ServerSettings;
import io.ash.coordinator.store.DatabaseConfig;
import io.ash.coordinator.store.DatabaseStart;
import io.ash.coordinator.store.DatabaseUrl;
import io.ash.coordinator.store.Migrations;
import io.ash.coordinator.store.Migrator;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Brings the database up: takes the data directory and starts the embedded server where no other is
 * named. Blocks the thread that calls it.
 */
final class DatabaseOpening {
  private static final Duration START = Duration.ofMinutes(3);

  private final Ground ground;
  private final Closing closing;

  DatabaseOpening(Ground ground, Closing closing) {
    this.ground = ground;
    this.closing = closing;
  }

  /** Takes the data directory for this process. */
  DataLock own(Path directory) {
    try {
      DataLock lock = DataLock.take(directory);
      closing.add(
          "data directory",
          () -> {
            lock.close();
            return Future.succeededFuture();
          });
      return lock;
    } catch (io.ash.coordinator.embedded.CannotStart e) {
      throw new CannotStart(ExitCode.DATA_DIRECTORY, e.getMessage());
    }
  }

  /** The database that is configured, or the embedded one, started below the data directory. */
  DatabaseConfig open(DatabaseConfig config, DataLock data) {
    if (config.url().isPresent()) {
      return config;
    }
    try {
      EmbeddedPostgres postgres =
          Await.result(
              "start of the embedded PostgreSQL",
              EmbeddedPostgres.start(
                  ground.vertx(),
                  ground.spawner(),
                  ground.ticker(),
                  data,
                  ServerSettings.durable()),
              START);
      closing.add("PostgreSQL", postgres::stop);
      return config.at(DatabaseUrl.parse(postgres.url()));
    } catch (io.ash.coordinator.embedded.CannotStart e) {
      throw new CannotStart(ExitCode.DATABASE, e.getMessage());
    }
  }

  /** A migrator on the database. */
  Migrator migrator(DatabaseConfig config, String coordinatorId) {
    return new Migrator(
        ground.vertx(),
        ground.timers(),
        ground.ticker(),
        config,
        coordinatorId,
        Migrations.bundled());
  }

  /** Waits until the server answers, and looks whether it may be used. */
  ReachedDatabase reach(DatabaseConfig config, String coordinatorId, Duration limit) {
    return ReachedDatabase.await(
        new DatabaseStart(ground.vertx(), ground.timers(), ground.ticker(), config, coordinatorId),
        limit);
  }
}
