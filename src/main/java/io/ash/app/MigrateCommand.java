package io.ash.app;

import io.ash.config.Env;
import io.ash.coordinator.store.DatabaseConfig;
import io.ash.coordinator.store.Migration;
import io.ash.coordinator.store.Migrator;
import io.ash.coordinator.store.SchemaStatus;
import io.ash.time.Ticker;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Brings the database to the version of this build, or says what that would take. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = "Bring the database to the version this build needs.")
final class MigrateCommand implements Callable<Integer> {
  private static final Duration LONG = Duration.ofMinutes(30);
  private static final Duration LOOK = Duration.ofSeconds(30);

  @Option(names = "--dry-run", description = "Only list what would be applied; exit code 0.")
  private boolean dryRun;

  @Spec private CommandSpec spec;

  MigrateCommand() {}

  @Override
  public Integer call() {
    return withDatabase(dryRun ? this::list : this::apply);
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "List what is applied and what is pending.")
  int status() {
    return withDatabase(this::show);
  }

  /** One thing to do with a database that answers. */
  private interface Work {
    int run(ReachedDatabase database, Migrator migrator, SchemaStatus status);
  }

  private int withDatabase(Work work) {
    Ground ground = Ground.lay();
    Closing closing = new Closing(Ticker.system());
    closing.add("event loops", ground.vertx()::close);
    try {
      Env env = Start.settings(ground);
      ServerConfig config = ServerConfig.read(env);
      DatabaseConfig database = DatabaseConfig.read(env);
      env.orThrow();
      DatabaseOpening opening = new DatabaseOpening(ground, closing);
      Path data = config.dataDirectory();
      if (database.url().isEmpty()) {
        database = opening.open(database, opening.own(data));
      }
      String id = "migrate-" + ProcessHandle.current().pid();
      Migrator migrator = opening.migrator(database, id);
      ReachedDatabase reached = opening.reach(database, id, config.databaseWait());
      return work.run(
          reached, migrator, reached.step("looking at the schema", migrator::status, LOOK));
    } finally {
      closing.close(Duration.ofSeconds(20));
    }
  }

  private int apply(ReachedDatabase database, Migrator migrator, SchemaStatus status) {
    List<Migration> applied = database.step("migration", migrator::migrate, LONG);
    applied.forEach(m -> out().println("applied " + m.label()));
    out().println(applied.isEmpty() ? "nothing to do" : "done");
    return ExitCode.DONE.code();
  }

  private int list(ReachedDatabase database, Migrator migrator, SchemaStatus status) {
    status.pending().forEach(m -> out().println("would apply " + m.label()));
    if (status.isCurrent()) {
      out().println("nothing to do");
    }
    return ExitCode.DONE.code();
  }

  private int show(ReachedDatabase database, Migrator migrator, SchemaStatus status) {
    status
        .applied()
        .forEach(
            a -> out().println("applied " + a.version() + " " + a.name() + " at " + a.appliedAt()));
    status.pending().forEach(m -> out().println("pending " + m.label()));
    return ExitCode.DONE.code();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
