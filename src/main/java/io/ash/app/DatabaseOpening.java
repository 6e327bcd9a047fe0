package io.ash.app;

import io.ash.coordinator.embedded.DataLock;
import io.ash.coordinator.embedded.EmbeddedPostgres;
import io.ash.coordinator.embedded.ServerSettings;
import io.ash.coordinator.store.DatabaseConfig;
import io.ash.coordinator.store.DatabaseUrl;
import io.ash.coordinator.store.MigrationRefused;
import io.ash.coordinator.store.Migrations;
import io.ash.coordinator.store.Migrator;
import io.ash.coordinator.store.SchemaStatus;
import io.ash.time.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the database up: takes the data directory and starts the embedded server where no other is
 * named. Blocks the thread that calls it.
 */
final class DatabaseOpening {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseOpening.class);
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

  /** What the schema is, as soon as the server answers; says what it waits for meanwhile. */
  SchemaStatus reach(Migrator migrator, DatabaseConfig config, Duration limit) {
    String place = config.url().map(DatabaseUrl::toString).orElse("");
    Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
    long started = ground.ticker().nanos();
    return step(
        "waiting for the database",
        () -> reach(migrator, place, backoff, started, limit),
        limit.plusSeconds(10));
  }

  private Future<SchemaStatus> reach(
      Migrator migrator, String place, Backoff backoff, long started, Duration limit) {
    return migrator
        .status()
        .recover(
            e -> {
              if (e instanceof MigrationRefused) {
                return Future.failedFuture(e);
              }
              if (ground.ticker().millisSince(started) >= limit.toMillis()) {
                return Future.failedFuture(unreachable(place, limit, e));
              }
              LOG.atInfo()
                  .addKeyValue("database", place)
                  .addKeyValue("reason", e.getMessage())
                  .log("waiting for the database");
              Promise<SchemaStatus> later = Promise.promise();
              ground
                  .timers()
                  .once(
                      backoff.next(),
                      () -> reach(migrator, place, backoff, started, limit).onComplete(later));
              return later.future();
            });
  }

  private static CannotStart unreachable(String place, Duration limit, Throwable e) {
    return new CannotStart(
        ExitCode.DATABASE,
        "the database at %s could not be reached for %d s (%s). Start it, or correct ASH_DATABASE_URL"
            .formatted(place, limit.toSeconds(), e.getMessage()));
  }

  /** Runs one step on the database; what it refuses is one line. */
  static <T> T step(String what, Supplier<Future<T>> step, Duration limit) {
    try {
      return Await.result(what, step.get(), limit);
    } catch (MigrationRefused e) {
      throw new CannotStart(ExitCode.DATABASE, e.getMessage());
    }
  }
}
