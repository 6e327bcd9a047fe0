package io.ash.app;

import io.ash.config.Env;
import io.ash.coordinator.CoordinatorVerticle;
import io.ash.coordinator.auth.CredentialKey;
import io.ash.coordinator.auth.Seals;
import io.ash.coordinator.embedded.DataLock;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.DatabaseConfig;
import io.ash.coordinator.store.Migrator;
import io.ash.coordinator.store.OpenDepot;
import io.ash.coordinator.store.SchemaStatus;
import io.ash.link.BusLink;
import io.ash.runner.sandbox.SandboxUnavailable;
import io.ash.telemetry.Checks;
import io.ash.telemetry.Health;
import io.vertx.core.Deployable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Starts one server, step by step on the main thread: its port, its data directory, its database,
 * its wings, its routes. What each step opens is closed by {@link Closing}, in reverse.
 */
final class Server {
  private static final Duration STEP = Duration.ofSeconds(30);
  private static final Duration MIGRATION = Duration.ofMinutes(30);
  private static final Duration OTHERS_MIGRATE = Duration.ofSeconds(60);
  private static final Duration GOODBYES = Duration.ofSeconds(1);

  private final Ground ground;
  private final Closing closing;
  private final Lifetime lifetime;
  private final boolean noMigrations;

  Server(Ground ground, Closing closing, Lifetime lifetime, boolean noMigrations) {
    this.ground = ground;
    this.closing = closing;
    this.lifetime = lifetime;
    this.noMigrations = noMigrations;
  }

  /** Completes when the server is ready; fails with {@link CannotStart} or problems of settings. */
  void start() {
    Env env = Start.settings(ground);
    ServerConfig config = ServerConfig.read(env);
    CoordinatorConfig rooms =
        CoordinatorConfig.read(env, config.dataDirectory().toAbsolutePath(), config.mode());
    DatabaseConfig databaseConfig = DatabaseConfig.read(env);
    RunnerAssembly runner = RunnerAssembly.read(env, ground);
    env.orThrow();
    config.refuseWhatIsNotBuilt();
    lifetime.stopWithin(config.stopWithin());

    String id = Start.coordinatorId();
    Checks checks = new Checks(ground.vertx());
    Health health = new Health(Version.text(), id, ground.ticker(), checks);
    Lobby lobby = new Lobby(health, ground.metrics());
    FrontDoor door = open(rooms, lobby);
    lifetime.refuse(() -> health.stage(Health.Stage.STOPPING));

    DatabaseOpening opening = new DatabaseOpening(ground, closing);
    DataLock data = opening.own(config.dataDirectory());
    DatabaseConfig reachable = opening.open(databaseConfig, data);
    ReachedDatabase reached = opening.reach(reachable, id, config.databaseWait());
    migrate(reached, opening.migrator(reachable, id));
    Database database = connect(reachable, id);

    Optional<OpenDepot> depot =
        new DepotOpening(ground, closing).open(rooms.depot(), database, reached);
    Seals seals = seals(rooms, config.mode(), data.directory());
    CoordinatorAssembly assembly = new CoordinatorAssembly(ground, database, rooms, seals, depot);
    Optional<Path> key =
        reached.step("making the first key", () -> assembly.firstKey(data.directory()), STEP);
    BusLink link = new BusLink(ground.vertx());
    boolean standalone = config.mode() == Mode.STANDALONE;
    CoordinatorWing wing = assembly.build(link, standalone ? runner.id() : "");
    deploy(wing, link, standalone ? Optional.of(runner) : Optional.empty());
    PublicAssembly.Routes routes = new PublicAssembly(ground, health, rooms).build(wing.parts());

    checks.add("database", Duration.ofSeconds(3), database::ping);
    checks.add("disk", Duration.ofSeconds(3), new Disk(ground.vertx(), data.directory())::check);
    depot.ifPresent(
        open ->
            checks.add(
                "files", Duration.ofSeconds(3), new DepotCheck(open, ground.ticker())::check));
    if (standalone) {
      checks.add("runner", Duration.ofSeconds(3), () -> wing.registered(runner.id()));
    }
    new Watch(ground, checks, health, wing.vitals()).start(closing);
    lobby.open(routes.handler());
    closing.add("streams", () -> routes.streams().disconnectAll("shutdown", GOODBYES));
    health.stage(Health.Stage.STARTED);
    new Banner(
            config.mode(),
            id,
            Banner.url(rooms.http().host(), door.port()),
            data.directory(),
            Banner.database(databaseConfig, data.directory()),
            standalone ? runner.isolation() : "no sandboxes in this process",
            key,
            rooms.apiKey().isPresent())
        .show(config.logFormat());
  }

  private FrontDoor open(CoordinatorConfig rooms, Lobby lobby) {
    FrontDoor door =
        Await.result(
            "opening the port",
            FrontDoor.open(ground.vertx(), rooms.http().options(), lobby),
            STEP);
    closing.add("front door", door::close);
    return door;
  }

  private void migrate(ReachedDatabase reached, Migrator migrator) {
    SchemaStatus status = reached.step("looking at the schema", migrator::status, STEP);
    if (noMigrations) {
      reached.step(
          "waiting for migrations",
          () -> migrator.awaitVersion(OTHERS_MIGRATE),
          OTHERS_MIGRATE.plus(STEP));
    } else if (!status.isCurrent()) {
      reached.step("migration", migrator::migrate, MIGRATION);
    }
  }

  private Database connect(DatabaseConfig config, String id) {
    Database database =
        new Database(
            ground.vertx(),
            ground.timers(),
            ground.ticker(),
            ground.metrics()::statement,
            config,
            id);
    closing.add("database connections", database::close);
    return database;
  }

  private static Seals seals(CoordinatorConfig rooms, Mode mode, Path data) {
    if (rooms.credentialKey().isPresent()) {
      return Seals.with(rooms.credentialKey().get());
    }
    if (mode != Mode.STANDALONE) {
      return Seals.without();
    }
    try {
      return Seals.with(CredentialKey.in(data));
    } catch (IOException e) {
      throw new CannotStart(
          ExitCode.DATA_DIRECTORY,
          "the key that seals secrets cannot be kept in %s (%s); set ASH_CREDENTIAL_KEY or mend the"
                  .formatted(data, e.getMessage())
              + " directory");
    }
  }

  private void deploy(CoordinatorWing wing, BusLink link, Optional<RunnerAssembly> runner) {
    CoordinatorVerticle coordinator =
        new CoordinatorVerticle(
            wing.coordinator(), wing.duties(), api -> link.serveCoordinator(api)::close);
    Deployable wings =
        runner.isPresent()
            ? new StandaloneVerticle(() -> coordinator, () -> runner.get().build(link))
            : coordinator;
    try {
      String deployed =
          Await.result(
              "start of the wings", ground.vertx().deployVerticle(wings), STEP.multipliedBy(4));
      closing.add("wings", () -> ground.vertx().undeploy(deployed));
    } catch (SandboxUnavailable e) {
      throw new CannotStart(ExitCode.MACHINE, String.valueOf(e.getMessage()));
    }
  }
}
