package io.ash.app;

import io.ash.coordinator.Coordinator;
import io.ash.coordinator.Duties;
import io.ash.coordinator.agent.Agents;
import io.ash.coordinator.auth.FirstKey;
import io.ash.coordinator.auth.KeyHashes;
import io.ash.coordinator.auth.Keys;
import io.ash.coordinator.auth.Seals;
import io.ash.coordinator.auth.StreamTickets;
import io.ash.coordinator.auth.Tenants;
import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.fleet.LostRunners;
import io.ash.coordinator.journal.Appends;
import io.ash.coordinator.journal.DeltaRing;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.session.Sealing;
import io.ash.coordinator.session.SessionRoom;
import io.ash.coordinator.store.AgentStore;
import io.ash.coordinator.store.BlobStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.FleetStore;
import io.ash.coordinator.store.JournalStore;
import io.ash.coordinator.store.KeyStore;
import io.ash.coordinator.store.MoveStore;
import io.ash.coordinator.store.OpenDepot;
import io.ash.coordinator.store.SessionStore;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.coordinator.store.TicketStore;
import io.ash.coordinator.upkeep.Upkeep;
import io.ash.model.PoolStats;
import io.ash.telemetry.Vitals;
import io.ash.wire.RunnerDirectory;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Puts the rooms of the coordinator wing together. */
final class CoordinatorAssembly {
  private final Ground ground;
  private final Database database;
  private final CoordinatorConfig config;
  private final Seals seals;
  private final Optional<OpenDepot> depot;
  private final Tenants tenants;
  private final KeyStore keyStore;
  private final KeyHashes hashes;

  CoordinatorAssembly(
      Ground ground,
      Database database,
      CoordinatorConfig config,
      Seals seals,
      Optional<OpenDepot> depot) {
    this.ground = ground;
    this.database = database;
    this.config = config;
    this.seals = seals;
    this.depot = depot;
    this.keyStore = new KeyStore(database);
    this.tenants = new Tenants(keyStore);
    this.hashes = new KeyHashes(config.credentialKey());
  }

  /** Where the first key of this database can be read, if it has to be. */
  Future<Optional<Path>> firstKey(Path dataDirectory) {
    if (config.apiKey().isPresent()) {
      return Future.succeededFuture(Optional.empty());
    }
    return new FirstKey(ground.vertx(), keyStore, tenants, hashes, dataDirectory).ensure();
  }

  /**
   * The wing, not yet started.
   *
   * @param ownRunner id of the runner in this process; empty where there is none
   */
  CoordinatorWing build(RunnerDirectory runners, String ownRunner) {
    BlobStore blobs = new BlobStore(database, depot);
    JournalStore journalStore = new JournalStore(database);
    Journal journal = new Journal(journalStore, ground.clock());
    journal.listen(new TurnTimes(ground.metrics()));
    FleetStore fleetStore = new FleetStore(database);
    AtomicReference<Runnable> fleetChanged = new AtomicReference<>(() -> {});
    Fleet fleet = new Fleet(fleetStore, runners, config.fleet(), () -> fleetChanged.get().run());
    Agents agents =
        new Agents(
            ground.vertx(),
            new AgentStore(database),
            blobs,
            tenants,
            seals,
            config.deploy(),
            ground.clock());
    SessionRoom sessions =
        new SessionRoom(
            database,
            journal,
            fleet,
            new AgentsForSessions(agents, tenants, config.session().network()),
            new SealedWith(seals),
            blobs,
            config.session(),
            ground.vertx(),
            ground.timers(),
            ground.clock());
    LostRunners lost =
        new LostRunners(
            fleetStore,
            binding -> sessions.rests().letGo(binding, "The runner is lost.", MoveStore.Leave.ALL),
            ground.ticker(),
            config.fleet().sweep().multipliedBy(2));
    Duties duties =
        new Duties(
            sessions,
            lost,
            new DeltaRing(journalStore, ground.clock()),
            new Upkeep(
                database,
                depot,
                config.upkeep(),
                ground.clock(),
                new UpkeepMeters(ground.metrics())),
            config.fleet(),
            ground.timers());
    fleetChanged.set(duties::lookForLostRunners);
    Appends appends = new Appends(journalStore, journal, sessions.turns()::handOut);
    Coordinator coordinator =
        new Coordinator(fleet, appends, sessions, new SnapshotStore(database), blobs);
    Keys keys = new Keys(keyStore, tenants, hashes, config.apiKey(), ground.ticker());
    StreamTickets tickets = new StreamTickets(new TicketStore(database), hashes, config.apiKey());
    return new CoordinatorWing(
        coordinator,
        duties,
        fleet,
        new PublicParts(agents, sessions, journal, keys, tickets),
        () -> vitals(fleet, sessions, ownRunner));
  }

  private Future<Vitals> vitals(Fleet fleet, SessionRoom sessions, String ownRunner) {
    return new SessionStore(database)
        .countActive()
        .compose(
            active ->
                fleet
                    .runners()
                    .map(
                        all ->
                            new Vitals(
                                active,
                                (int) all.stream().filter(r -> !r.id().equals(ownRunner)).count(),
                                all.stream()
                                    .map(Fleet::stats)
                                    .reduce(PoolStats.EMPTY, PoolStats::plus),
                                sessions.resumptions().counts())));
  }

  private record SealedWith(Seals seals) implements Sealing {
    @Override
    public String seal(String owner, String plain) {
      return seals.seal(owner, plain);
    }

    @Override
    public String open(String owner, String sealed) {
      return seals.open(owner, sealed);
    }
  }
}
