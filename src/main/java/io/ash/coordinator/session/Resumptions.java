package io.ash.coordinator.session;

import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.store.BindStore;
import io.ash.coordinator.store.BindStore.Rebound;
import io.ash.coordinator.store.MoveStore;
import io.ash.coordinator.store.MoveStore.Leave;
import io.ash.coordinator.store.SessionStore;
import io.ash.coordinator.store.SessionView;
import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.ResumeCounts;
import io.ash.model.SessionId;
import io.ash.model.SessionMove;
import io.ash.model.SessionStatus;
import io.ash.model.TurnStatus;
import io.ash.wire.AgentFiles;
import io.ash.wire.OpenSandbox;
import io.ash.wire.ProbeSandbox;
import io.ash.wire.SnapshotRef;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings sessions back: at once where the sandbox is still there, else with a new sandbox from the
 * newest snapshot.
 */
public final class Resumptions {
  private static final int TRIES = 6;

  private final SessionStore sessions;
  private final BindStore bindings;
  private final MoveStore moves;
  private final Openings openings;
  private final Agents agents;
  private final SessionSecrets secrets;
  private final Journal journal;
  private final Networks networks;
  private final Map<SessionId, Future<SessionView>> underWay = new ConcurrentHashMap<>();
  private final AtomicLong warm = new AtomicLong();
  private final AtomicLong coldCloud = new AtomicLong();
  private final AtomicLong coldFresh = new AtomicLong();
  private volatile Consumer<SessionId> openTurn = id -> {};

  Resumptions(
      SessionStore sessions,
      BindStore bindings,
      MoveStore moves,
      Openings openings,
      Agents agents,
      SessionSecrets secrets,
      Journal journal,
      Networks networks) {
    this.sessions = sessions;
    this.bindings = bindings;
    this.moves = moves;
    this.openings = openings;
    this.agents = agents;
    this.secrets = secrets;
    this.journal = journal;
    this.networks = networks;
  }

  /** Resumes by this process. */
  public ResumeCounts counts() {
    return new ResumeCounts(warm.get(), 0, coldCloud.get(), coldFresh.get());
  }

  void onOpenTurn(Consumer<SessionId> listener) {
    openTurn = listener;
  }

  /** Resumes a session; callers that come while it is under way share the outcome. */
  Future<SessionView> resume(SessionView session) {
    Future<SessionView> mine = underWay.get(session.id());
    if (mine != null) {
      return mine;
    }
    Future<SessionView> started = start(session);
    if (!started.isComplete()) {
      underWay.put(session.id(), started);
      started.onComplete(ignored -> underWay.remove(session.id(), started));
    }
    return started;
  }

  private Future<SessionView> start(SessionView s) {
    return switch (s.status()) {
      case ACTIVE, STARTING -> Future.succeededFuture(s);
      case ENDED ->
          Future.failedFuture(
              new Refused(Refusal.SESSION_ENDED, "Session has ended \u2014 create a new session"));
      case PAUSED -> s.binding().isPresent() ? probe(s, s.binding().get()) : openAgain(s, 0);
      case STOPPED, ERROR -> openAgain(s, 0);
    };
  }

  private Future<SessionView> probe(SessionView s, Binding binding) {
    return openings
        .fleet()
        .reach(binding)
        .compose(runner -> runner.probe(new ProbeSandbox(binding)))
        .compose(
            alive -> goOnWarm(s, binding), gone -> letGo(binding).compose(v -> openAgain(s, 0)));
  }

  private Future<SessionView> goOnWarm(SessionView s, Binding binding) {
    String lifecycle = Lifecycle.of("resumed").put("path", "warm").encode();
    return moves
        .stay(s.id(), SessionMove.RESUME_WARM, lifecycle, binding, null)
        .compose(
            found -> {
              if (found.isEmpty()) {
                return fresh(s.id());
              }
              MoveStore.Moved moved = found.get();
              warm.incrementAndGet();
              journal.wake(s.id());
              if (moved.openTurn() > 0) {
                openTurn.accept(s.id());
              }
              return Future.succeededFuture(s.after(SessionMove.RESUME_WARM, moved, s.facts()));
            });
  }

  private Future<Void> letGo(Binding binding) {
    Leave how =
        new Leave(
            Lifecycle.of("released", "The sandbox is gone.").encode(),
            binding,
            Leave.ALL,
            TurnStatus.LOST,
            null,
            "The sandbox is gone.",
            null,
            true);
    return moves.leave(binding.session(), SessionMove.UNBIND, how).mapEmpty();
  }

  /** Moves a session that its runner will not take to another one. */
  Future<SessionView> elsewhere(Binding refusing) {
    return letGo(refusing)
        .compose(v -> fresh(refusing.session()))
        .compose(s -> openAgain(s, 1, refusing.runner()));
  }

  private Future<SessionView> openAgain(SessionView s, int attempt, String... excluded) {
    return bindings
        .rebind(s.id(), excluded)
        .compose(
            bound ->
                bound.isPresent()
                    ? open(s, bound.get(), attempt)
                    : fresh(s.id()).compose(now -> notBound(now, attempt)));
  }

  /** Somebody else was faster, or there is no room yet. */
  private Future<SessionView> notBound(SessionView now, int attempt) {
    if (now.status() == SessionStatus.ACTIVE || now.status() == SessionStatus.STARTING) {
      return Future.succeededFuture(now);
    }
    if (now.status() == SessionStatus.ENDED) {
      return start(now);
    }
    return attempt + 1 < TRIES
        ? openings.fleet().makeRoom().compose(v -> openAgain(now, attempt + 1))
        : Future.failedFuture(noRoom());
  }

  private Future<SessionView> open(SessionView s, Rebound r, int attempt) {
    return agents
        .blobKey(s.tenant())
        .compose(
            blobKey ->
                openings.open(
                    openings.fleet().reach(r.binding().runner(), r.host(), r.port()),
                    call(s, r, blobKey),
                    lifecycle(r)))
        .compose(
            opened -> {
              if (r.opened()) {
                (r.snapshot() == null ? coldFresh : coldCloud).incrementAndGet();
              }
              return Future.succeededFuture(
                  s.after(SessionMove.OPENED, opened.moved(), opened.facts()));
            },
            failure -> {
              if (failure instanceof Refused no && no.refusal() == Refusal.NO_CAPACITY) {
                return letGo(r.binding())
                    .compose(
                        v ->
                            attempt < 2
                                ? openAgain(s, attempt + 1, r.binding().runner())
                                : Future.failedFuture(failure));
              }
              return notOpened(r.binding(), failure);
            });
  }

  private Future<SessionView> notOpened(Binding binding, Throwable failure) {
    if (failure instanceof Refused no && no.refusal() != Refusal.UNAVAILABLE) {
      return openings.fail(binding, no).transform(ignored -> Future.failedFuture(failure));
    }
    return Future.failedFuture(failure);
  }

  private OpenSandbox call(SessionView s, Rebound r, String blobKey) {
    SessionSecrets.Plain plain = secrets.open(s.id(), s.sealedEnv());
    JsonObject settings = new JsonObject(s.settings());
    if (plain.mcpServers() != null) {
      settings.put("mcpServers", plain.mcpServers());
    }
    SnapshotRef from = ref(r.snapshot(), r.endedTurns(), ref(r.previous(), r.endedTurns(), null));
    return new OpenSandbox(
        r.binding(),
        s.tenant(),
        blobKey,
        new AgentFiles(s.agentManifest(), s.agentName(), s.agentVersion()),
        networks.effective(RuntimeCodec.decode(s.runtime()), s.settings()),
        from,
        r.opened(),
        r.snapshotNo(),
        plain.env(),
        settings.encode(),
        0);
  }

  private static @Nullable SnapshotRef ref(
      BindStore.@Nullable Snapshot s, int endedTurns, @Nullable SnapshotRef previous) {
    return s == null
        ? null
        : new SnapshotRef(
            s.no(),
            s.manifest(),
            s.coversSeq(),
            s.coversTurn(),
            Math.max(0, endedTurns - s.coversTurn()),
            previous);
  }

  /** What the workspace is from is said when it is known: {@link Openings} adds it. */
  private static JsonObject lifecycle(Rebound r) {
    return Lifecycle.of("resumed")
        .put("path", "cold")
        .put("source", r.snapshot() == null ? "fresh" : "snapshot");
  }

  private Future<SessionView> fresh(SessionId id) {
    return sessions
        .get(id)
        .map(
            found ->
                found.orElseThrow(
                    () -> new Refused(Refusal.SESSION_NOT_FOUND, "Session not found")));
  }

  static Refused noRoom() {
    return new Refused(
        Refusal.NO_CAPACITY,
        "No runner has room for another sandbox: others were faster; try again, raise ASH_MAX_SANDBOXES"
            + " or add runners.");
  }
}
