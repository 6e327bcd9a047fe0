package io.ash.app;

import io.ash.config.Env;
import io.ash.coordinator.embedded.DataLock;
import io.ash.coordinator.http.HttpConfig;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.DatabaseConfig;
import io.ash.coordinator.store.Migrator;
import io.ash.coordinator.store.SchemaStatus;
import io.ash.telemetry.Checks;
import io.ash.telemetry.Health;
import io.ash.telemetry.ProcessFacts;
import io.ash.time.Rounds;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running server: opens its port, then its database, then its wings, and closes them in reverse
 * on SIGTERM or SIGINT.
 *
 * <p>Runs on the main thread, which waits for each step.
 */
final class Server {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final Duration STEP = Duration.ofSeconds(30);
  private static final Duration MIGRATION = Duration.ofMinutes(30);
  private static final Duration OTHERS_MIGRATE = Duration.ofSeconds(60);
  private static final Duration ROUND = Duration.ofSeconds(1);

  private final Ground ground;
  private final Closing closing;
  private final boolean noMigrations;
  private final AtomicReference<Duration> stopWithin =
      new AtomicReference<>(Duration.ofSeconds(25));
  private final AtomicReference<Runnable> refuse = new AtomicReference<>(() -> {});

  private Server(Ground ground, Closing closing, boolean noMigrations) {
    this.ground = ground;
    this.closing = closing;
    this.noMigrations = noMigrations;
  }

  /**
   * Starts the server and returns when it was stopped; a start that fails closes what it opened.
   */
  static int run(boolean noMigrations) throws InterruptedException {
    Start.refuseOtherSystems();
    Ground ground = Ground.lay();
    Server server = new Server(ground, new Closing(Ticker.system()), noMigrations);
    Thread bySignal = new Thread(server::stopBySignal, "ash-stop");
    Runtime.getRuntime().addShutdownHook(bySignal);
    try {
      server.start();
    } catch (RuntimeException e) {
      server.closing.close(server.stopWithin.get());
      forget(bySignal);
      throw e;
    }
    new CountDownLatch(1).await(); // the hook ends the process
    return ExitCode.DONE.code();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // a signal came meanwhile: the hook is running and ends the process
      LOG.debug("stopped while starting");
    }
  }

  private void start() {
    closing.add("event loops", ground.vertx()::close);
    Env env = Start.settings(ground);
    ServerConfig config = ServerConfig.read(env);
    HttpConfig http = HttpConfig.read(env);
    DatabaseConfig databaseConfig = DatabaseConfig.read(env);
    env.orThrow();
    stopWithin.set(config.stopWithin());
    refuseLoneRunner(config.mode());

    String id = coordinatorId();
    Checks checks = new Checks(ground.vertx());
    Health health = new Health(Version.text(), id, ground.ticker(), checks);
    Lobby lobby = new Lobby(health, ground.metrics());
    FrontDoor door =
        Await.result(
            "opening the port", FrontDoor.open(ground.vertx(), http.options(), lobby), STEP);
    closing.add("front door", door::close);

    DatabaseOpening opening = new DatabaseOpening(ground, closing);
    DataLock data = opening.own(config.dataDirectory());
    DatabaseConfig reachable = opening.open(databaseConfig, data);
    migrate(opening, reachable, config, id);
    Database database =
        new Database(
            ground.vertx(),
            ground.timers(),
            ground.ticker(),
            ground.metrics()::statement,
            reachable,
            id);
    closing.add("database connections", database::close);

    checks.add("database", Duration.ofSeconds(3), database::ping);
    watch(checks, health);
    LOG.atInfo().addKeyValue("port", door.port()).log("ready");
  }

  private void migrate(
      DatabaseOpening opening, DatabaseConfig database, ServerConfig config, String id) {
    Migrator migrator = opening.migrator(database, id);
    opening.reach(database, id, config.databaseWait());
    SchemaStatus status = DatabaseOpening.step("looking at the schema", migrator::status, STEP);
    if (noMigrations) {
      DatabaseOpening.step(
          "waiting for migrations",
          () -> migrator.awaitVersion(OTHERS_MIGRATE),
          OTHERS_MIGRATE.plus(STEP));
    } else if (!status.isCurrent()) {
      DatabaseOpening.step("migration", migrator::migrate, MIGRATION);
    }
  }

  /** Looks at everything once a second, and lets requests in when the first look is done. */
  private void watch(Checks checks, Health health) {
    ProcessFacts facts = new ProcessFacts(ground.metrics(), ground.ticker());
    Rounds looking =
        new Rounds(
            "Checks",
            ground.timers(),
            ROUND,
            Duration.ZERO,
            () ->
                checks
                    .round()
                    .compose(
                        v ->
                            ground
                                .vertx()
                                .executeBlocking(
                                    () -> {
                                      facts.sample();
                                      return null;
                                    })));
    Await.result("first look at the checks", checks.round(), STEP);
    ground.vertx().runOnContext(v -> looking.start());
    health.stage(Health.Stage.STARTED);
    refuse.set(() -> health.stage(Health.Stage.STOPPING));
    closing.add(
        "checks",
        () -> {
          looking.stop();
          return Future.succeededFuture();
        });
  }

  private void stopBySignal() {
    refuse.get().run();
    boolean orderly = closing.close(stopWithin.get());
    Logging.flush();
    Runtime.getRuntime().halt(orderly ? ExitCode.DONE.code() : ExitCode.FAILED.code());
  }

  private static void refuseLoneRunner(Mode mode) {
    if (mode == Mode.RUNNER) {
      throw new CannotStart(
          ExitCode.SETTINGS,
          "ASH_MODE is runner, which this version cannot be yet: runners join over HTTP from a later"
              + " version on. Use standalone, which runs sandboxes itself");
    }
  }

  private static String coordinatorId() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost";
    }
    return host + "-" + ProcessHandle.current().pid();
  }
}
