package io.ash.coordinator.session;

import io.ash.coordinator.store.BindStore;
import io.ash.coordinator.store.BindStore.Bound;
import io.ash.coordinator.store.BindStore.NewSession;
import io.ash.coordinator.store.MoveStore;
import io.ash.coordinator.store.SessionStore;
import io.ash.coordinator.store.SessionView;
import io.ash.model.Limits;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.model.SessionMove;
import io.ash.model.SessionStatus;
import io.ash.model.TurnStatus;
import io.ash.wire.AgentFiles;
import io.ash.wire.OpenSandbox;
import io.ash.wire.RuntimeSpec;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Creates sessions: two statements and one call where all goes well. */
final class Creations {
  /** Tries to find a slot: each costs a sandbox that waits, and others may be faster. */
  private static final int TRIES = 6;

  private final Agents agents;
  private final BindStore bindings;
  private final SessionStore sessions;
  private final MoveStore moves;
  private final Openings openings;
  private final Resumptions resumptions;
  private final SessionSecrets secrets;
  private final Limits allowed;
  private final Networks networks;

  Creations(
      Agents agents,
      BindStore bindings,
      SessionStore sessions,
      MoveStore moves,
      Openings openings,
      Resumptions resumptions,
      SessionSecrets secrets,
      Limits allowed,
      Networks networks) {
    this.agents = agents;
    this.bindings = bindings;
    this.sessions = sessions;
    this.moves = moves;
    this.openings = openings;
    this.resumptions = resumptions;
    this.secrets = secrets;
    this.allowed = allowed;
    this.networks = networks;
  }

  Future<SessionView> create(CreateSession wish) {
    return agents.find(wish.tenant(), wish.agent()).compose(agent -> insert(wish, agent, TRIES));
  }

  private Future<SessionView> insert(CreateSession wish, AgentForSession agent, int tries) {
    SessionId id = SessionId.random();
    Draft draft;
    try {
      draft = draft(id, wish, agent);
    } catch (Refused no) {
      return Future.failedFuture(no);
    }
    return bindings
        .create(draft.row())
        .compose(
            bound ->
                bound.isPresent() ? open(draft, bound.get()) : nothingCreated(wish, agent, tries));
  }

  private record Draft(
      NewSession row, AgentForSession agent, SessionSecrets.Plain plain, RuntimeSpec runtime) {}

  private Draft draft(SessionId id, CreateSession wish, AgentForSession agent) {
    RuntimeSpec own = agent.runtime();
    Limits limits = wish.limits().over(own.limits());
    limits.orThrowAbove(allowed);
    RuntimeSpec runtime =
        networks.settled(
            new RuntimeSpec(own.kind(), own.command(), limits, own.network(), own.snapshots()));
    RuntimeSpec effective = networks.effective(runtime, wish.settings());
    JsonObject settings = new JsonObject(wish.settings());
    JsonObject mcpServers = (JsonObject) settings.remove("mcpServers");
    Map<String, String> env = new LinkedHashMap<>(agent.env());
    env.putAll(wish.extraEnv());
    SessionSecrets.Plain plain = new SessionSecrets.Plain(env, mcpServers);
    NewSession row =
        new NewSession(
            id,
            wish.tenant(),
            agent.name(),
            agent.revision(),
            RuntimeCodec.encode(runtime),
            settings.encode(),
            secrets.seal(id, plain),
            wish.idempotencyKey(),
            wish.bodyHash());
    return new Draft(row, agent, plain, effective);
  }

  private Future<SessionView> open(Draft draft, Bound bound) {
    NewSession row = draft.row();
    AgentForSession agent = draft.agent();
    JsonObject settings = new JsonObject(row.settings());
    if (draft.plain().mcpServers() != null) {
      settings.put("mcpServers", draft.plain().mcpServers());
    }
    OpenSandbox call =
        new OpenSandbox(
            bound.binding(),
            row.tenant(),
            agent.blobKey(),
            new AgentFiles(agent.manifest(), agent.name(), agent.version()),
            draft.runtime(),
            null,
            false,
            0,
            draft.plain().env(),
            settings.encode(),
            0);
    JsonObject lifecycle =
        Lifecycle.of("created").put("agentName", agent.name()).put("agentVersion", agent.version());
    if (!agent.warnings().isEmpty()) {
      lifecycle.put("warnings", new JsonArray(agent.warnings()));
    }
    return openings
        .open(
            openings.fleet().reach(bound.binding().runner(), bound.host(), bound.port()),
            call,
            lifecycle)
        .map(opened -> view(draft, bound, opened))
        .recover(failure -> notOpened(row, bound, failure));
  }

  private static SessionView view(Draft draft, Bound bound, Openings.Opened opened) {
    NewSession row = draft.row();
    return new SessionView(
        row.id(),
        row.tenant(),
        row.agent(),
        draft.agent().version(),
        draft.agent().manifest(),
        SessionStatus.ACTIVE,
        bound.binding().runner(),
        bound.binding().incarnation(),
        bound.binding().epoch(),
        null,
        row.settings(),
        row.runtime(),
        opened.facts(),
        row.sealedEnv(),
        bound.createdAt(),
        bound.createdAt(),
        opened.moved().lastSeq(),
        0,
        0,
        0,
        0);
  }

  /**
   * A full runner sends the session to another one; anything else ends it: nobody has its id yet.
   */
  private Future<SessionView> notOpened(NewSession row, Bound bound, Throwable failure) {
    if (failure instanceof Refused no && no.refusal() == Refusal.NO_CAPACITY) {
      return resumptions.elsewhere(bound.binding()).recover(worse -> forget(row.id(), worse));
    }
    if (failure instanceof Refused no && no.refusal() == Refusal.UNAVAILABLE) {
      return Future.failedFuture(failure);
    }
    return forget(row.id(), failure);
  }

  private Future<SessionView> forget(SessionId id, Throwable why) {
    MoveStore.Leave how =
        new MoveStore.Leave(
            Lifecycle.of("ended").encode(),
            null,
            MoveStore.Leave.ALL,
            TurnStatus.FAILED,
            TurnStatus.FAILED,
            "The session could not be created.",
            null,
            false);
    return moves
        .leave(id, SessionMove.END, how)
        .compose(ignored -> sessions.forget(id))
        .transform(ignored -> Future.failedFuture(why));
  }

  private Future<SessionView> nothingCreated(CreateSession wish, AgentForSession agent, int tries) {
    Future<SessionView> known =
        wish.idempotencyKey() == null
            ? Future.failedFuture("no key")
            : sessions
                .byCreateKey(wish.tenant(), wish.idempotencyKey())
                .compose(
                    found ->
                        found.isEmpty()
                            ? Future.failedFuture("not used")
                            : replay(wish, found.get()));
    return known.recover(
        failure -> {
          if (failure instanceof Refused) {
            return Future.failedFuture(failure);
          }
          agents.forget(wish.tenant(), wish.agent());
          return agents
              .find(wish.tenant(), wish.agent())
              .compose(
                  now ->
                      now.revision().equals(agent.revision())
                          ? openings.fleet().makeRoom().map(now)
                          : Future.succeededFuture(now))
              .compose(
                  now ->
                      tries > 1
                          ? insert(wish, now, tries - 1)
                          : Future.failedFuture(Resumptions.noRoom()));
        });
  }

  private Future<SessionView> replay(CreateSession wish, SessionStore.Created before) {
    if (!Objects.equals(before.hash(), wish.bodyHash())) {
      return Future.failedFuture(
          new Refused(
              Refusal.IDEMPOTENCY_MISMATCH,
              "This Idempotency-Key was used for another request; use a new key."));
    }
    return Future.succeededFuture(before.session());
  }
}
