package io.ash.coordinator.session;

import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.store.SessionStore;
import io.ash.coordinator.store.SessionView;
import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.LogPage;
import io.ash.wire.ReadLogs;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What callers may do with sessions.
 *
 * <p>A session of another tenant is answered exactly like a missing one. Every "no" is a failure
 * with {@link Refused}.
 */
public final class Sessions {
  private final SessionStore store;
  private final Fleet fleet;
  private final Creations creations;
  private final Resumptions resumptions;
  private final Rests rests;
  private final Forks forks;
  private final Turns turns;
  private final Networks networks;

  Sessions(
      SessionStore store,
      Fleet fleet,
      Creations creations,
      Resumptions resumptions,
      Rests rests,
      Forks forks,
      Turns turns,
      Networks networks) {
    this.store = store;
    this.fleet = fleet;
    this.creations = creations;
    this.resumptions = resumptions;
    this.rests = rests;
    this.forks = forks;
    this.turns = turns;
    this.networks = networks;
  }

  /** Creates a session and waits until its sandbox is ready. */
  public Future<SessionView> create(CreateSession wish) {
    return creations.create(wish);
  }

  /** One session. */
  public Future<SessionView> get(String tenant, SessionId id) {
    return store
        .get(id)
        .map(
            found ->
                found
                    .filter(s -> s.tenant().equals(tenant))
                    .orElseThrow(
                        () -> new Refused(Refusal.SESSION_NOT_FOUND, "Session not found")));
  }

  /** Some sessions, newest first. */
  public Future<SessionPage> list(ListSessions q) {
    return store
        .list(q.tenant(), q.agent(), q.status(), q.limit(), q.offset())
        .compose(
            found ->
                q.total()
                    ? store
                        .count(q.tenant(), q.agent(), q.status())
                        .map(total -> new SessionPage(found, total))
                    : Future.succeededFuture(new SessionPage(found, -1)));
  }

  /**
   * Changes settings; they take effect with the next sandbox or turn, and what may be reached at
   * once.
   *
   * @param patch JSON object; its fields replace those of the settings, null removes one
   */
  public Future<SessionView> patchConfig(String tenant, SessionId id, String patch) {
    return get(tenant, id)
        .compose(
            s -> {
              String next = merged(s.settings(), patch);
              boolean network = new JsonObject(patch).containsKey("network");
              if (network) {
                networks.orThrow(s, next);
              }
              return store
                  .replaceSettings(tenant, id, next, s.settings())
                  .compose(done -> done ? get(tenant, id) : patchConfig(tenant, id, patch))
                  .compose(
                      now ->
                          network ? networks.tell(s, now).map(now) : Future.succeededFuture(now));
            });
  }

  private static String merged(String settings, String patch) {
    JsonObject merged = new JsonObject(settings);
    for (var entry : new JsonObject(patch)) {
      if (entry.getValue() == null) {
        merged.remove(entry.getKey());
      } else {
        merged.put(entry.getKey(), entry.getValue());
      }
    }
    return merged.encode();
  }

  /** Accepts a message; it is in the journal when this answers. */
  public Future<SentTurn> send(SendMessage message) {
    return turns.send(message);
  }

  /** Asks the agent to end the turn it works on. */
  public Future<Void> interrupt(String tenant, SessionId id) {
    return turns.interrupt(tenant, id);
  }

  /** Rests a session; its sandbox stays warm. */
  public Future<SessionView> pause(String tenant, SessionId id) {
    return get(tenant, id).compose(rests::pause);
  }

  /** Brings a session back and waits until its sandbox is ready. */
  public Future<SessionView> resume(String tenant, SessionId id) {
    return get(tenant, id).compose(resumptions::resume);
  }

  /** Keeps the state of a session and gives its sandbox back. */
  public Future<SessionView> stop(String tenant, SessionId id) {
    return get(tenant, id).compose(rests::stop);
  }

  /** Closes a session for good; again is no error. */
  public Future<SessionView> end(String tenant, SessionId id) {
    return get(tenant, id).compose(rests::end);
  }

  /** Makes a paused session of its own out of this one. */
  public Future<SessionView> fork(String tenant, SessionId id) {
    return get(tenant, id).compose(forks::fork);
  }

  /** Runs a shell command beside the agent. */
  public Future<ExecResult> exec(String tenant, SessionId id, String command, long timeoutMs) {
    return get(tenant, id)
        .compose(
            s -> {
              Binding binding = s.binding().orElse(null);
              if (s.status() != SessionStatus.ACTIVE || binding == null) {
                throw new Refused(Refusal.WRONG_STATE, "Session is " + s.status().text());
              }
              return fleet
                  .reach(binding)
                  .compose(runner -> runner.exec(new Exec(binding, command, timeoutMs)));
            });
  }

  /** Log entries with a higher index; none where the session has no sandbox. */
  public Future<LogPage> logs(String tenant, SessionId id, long after) {
    return get(tenant, id)
        .compose(
            s ->
                s.binding()
                    .map(
                        b ->
                            fleet
                                .reach(b)
                                .compose(runner -> runner.logs(new ReadLogs(b, after)))
                                .recover(Sessions::noLogs))
                    .orElseGet(() -> Future.succeededFuture(new LogPage(List.of()))));
  }

  private static Future<LogPage> noLogs(Throwable cause) {
    return cause instanceof Refused no && no.refusal() == Refusal.SANDBOX_GONE
        ? Future.succeededFuture(new LogPage(List.of()))
        : Future.failedFuture(cause);
  }
}
