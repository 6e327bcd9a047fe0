package io.ash.coordinator.session;

import io.ash.blob.Blobs;
import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.store.BindStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.JournalStore;
import io.ash.coordinator.store.MoveStore;
import io.ash.coordinator.store.SessionStore;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.coordinator.store.TurnStore;
import io.ash.model.SessionId;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;

/** The parts of this room, put together. */
public final class SessionRoom {
  private final Sessions sessions;
  private final SessionFiles files;
  private final Openings openings;
  private final Resumptions resumptions;
  private final Rests rests;
  private final Turns turns;
  private final Messages messages;
  private final Agents agents;
  private final Fleet fleet;
  private final TurnStore turnStore;
  private final SessionStore sessionStore;

  public SessionRoom(
      Database database,
      Journal journal,
      Fleet fleet,
      AgentLookup lookup,
      Sealing sealing,
      Blobs blobs,
      SessionConfig config,
      Vertx vertx,
      Timers timers,
      InstantSource clock) {
    sessionStore = new SessionStore(database);
    turnStore = new TurnStore(database);
    MoveStore moves = new MoveStore(database);
    BindStore bindings = new BindStore(database);
    this.fleet = fleet;
    agents = new Agents(lookup);
    LargeContent contents = new LargeContent(blobs, agents, vertx);
    messages = new Messages(turnStore, journal, contents);
    SessionSecrets secrets = new SessionSecrets(sealing);
    Networks networks = new Networks(config.network(), fleet);
    openings = new Openings(moves, fleet, journal, timers, clock, config.openTimeout());
    resumptions =
        new Resumptions(
            sessionStore, bindings, moves, openings, agents, secrets, journal, networks);
    rests = new Rests(sessionStore, moves, new JournalStore(database), fleet, journal);
    turns =
        new Turns(
            turnStore,
            sessionStore,
            fleet,
            journal,
            resumptions,
            rests,
            clock,
            config.mostQueued(),
            contents);
    openings.onOpenTurn(turns::handOut);
    resumptions.onOpenTurn(turns::handOut);
    Creations creations =
        new Creations(
            agents,
            bindings,
            sessionStore,
            moves,
            openings,
            resumptions,
            secrets,
            config.mostAllowed(),
            networks);
    SnapshotStore snapshots = new SnapshotStore(database);
    Forks forks = new Forks(sessionStore, snapshots, fleet, secrets);
    sessions =
        new Sessions(sessionStore, fleet, creations, resumptions, rests, forks, turns, networks);
    SnapshotFiles snapshotFiles = new SnapshotFiles(snapshots, blobs, agents, vertx);
    files =
        new SessionFiles(
            sessions,
            fleet,
            snapshotFiles,
            new SnapshotBundles(snapshotFiles, vertx, timers),
            new SnapshotEdits(snapshotFiles, snapshots, blobs, vertx, clock));
  }

  /** The files of sessions. */
  public Workspaces files() {
    return files;
  }

  /** What was said in sessions. */
  public Messages messages() {
    return messages;
  }

  /** What callers may do. */
  public Sessions sessions() {
    return sessions;
  }

  /** Where runners report what became of sandboxes. */
  public Openings openings() {
    return openings;
  }

  /** Counters of resumes. */
  public Resumptions resumptions() {
    return resumptions;
  }

  /** Lets sessions go whose sandbox is not there any more. */
  public Rests rests() {
    return rests;
  }

  /** Hands turns out. */
  public Turns turns() {
    return turns;
  }

  /** One round of the duty that repeats hand-outs which nobody seems to have made. */
  public Future<Void> undeliveredTurns() {
    return turnStore.undelivered().compose(ids -> each(ids, turns::handOut));
  }

  /** One round of the duty that tells runners which sandboxes to keep ready. */
  public Future<Void> warmAgents() {
    return agents
        .warm()
        .map(
            wishes -> {
              fleet.wish(wishes);
              return null;
            });
  }

  /** One round of the duty that brings sessions back which somebody waits for. */
  public Future<Void> wantedSessions() {
    return turnStore
        .wanted()
        .compose(
            ids ->
                each(
                    ids,
                    id ->
                        sessionStore
                            .get(id)
                            .compose(
                                found ->
                                    found.isPresent()
                                        ? resumptions.resume(found.get()).<Void>mapEmpty()
                                        : Future.succeededFuture())));
  }

  private static Future<Void> each(
      Iterable<SessionId> ids, java.util.function.Function<SessionId, Future<Void>> step) {
    Future<Void> done = Future.succeededFuture();
    for (SessionId id : ids) {
      done = done.compose(v -> step.apply(id).otherwiseEmpty());
    }
    return done;
  }
}
