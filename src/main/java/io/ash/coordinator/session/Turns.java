package io.ash.coordinator.session;

import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.journal.Journal;
import io.ash.coordinator.store.EventRow;
import io.ash.coordinator.store.SessionStore;
import io.ash.coordinator.store.SessionView;
import io.ash.coordinator.store.TurnStore;
import io.ash.coordinator.store.TurnStore.Accepted;
import io.ash.coordinator.store.TurnStore.HandOut;
import io.ash.coordinator.store.TurnStore.NewTurn;
import io.ash.model.Binding;
import io.ash.model.EventKind;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.model.SessionStatus;
import io.ash.wire.InterruptTurn;
import io.ash.wire.StartTurn;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts messages and hands turns to runners.
 *
 * <p>A message is in the journal before anything else happens; handing it out is a fast path that a
 * duty repeats, and starting a turn twice is the same as once.
 */
public final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

  private final TurnStore turns;
  private final SessionStore sessions;
  private final Fleet fleet;
  private final Journal journal;
  private final Resumptions resumptions;
  private final Rests rests;
  private final InstantSource clock;
  private final int mostQueued;
  private final LargeContent contents;

  Turns(
      TurnStore turns,
      SessionStore sessions,
      Fleet fleet,
      Journal journal,
      Resumptions resumptions,
      Rests rests,
      InstantSource clock,
      int mostQueued,
      LargeContent contents) {
    this.contents = contents;
    this.turns = turns;
    this.sessions = sessions;
    this.fleet = fleet;
    this.journal = journal;
    this.resumptions = resumptions;
    this.rests = rests;
    this.clock = clock;
    this.mostQueued = mostQueued;
  }

  Future<SentTurn> send(SendMessage m) {
    return LargeContent.isLarge(m.content())
        ? known(m)
            .compose(v -> contents.keep(m.tenant(), m.content()))
            .compose(kept -> send(m, kept))
        : send(m, LargeContent.small(m.content()));
  }

  /** Nothing is stored for sessions that are not there. */
  private Future<SessionView> known(SendMessage m) {
    return sessions
        .get(m.session())
        .map(
            found ->
                found
                    .filter(v -> v.tenant().equals(m.tenant()))
                    .orElseThrow(
                        () -> new Refused(Refusal.SESSION_NOT_FOUND, "Session not found")));
  }

  private Future<SentTurn> send(SendMessage m, LargeContent.Kept kept) {
    NewTurn turn =
        new NewTurn(
            m.session(),
            m.tenant(),
            mostQueued,
            m.whenBusy() == WhenBusy.REFUSE,
            m.idempotencyKey(),
            m.bodyHash(),
            m.options(),
            kept.body(),
            kept.parts());
    return turns
        .send(turn)
        .compose(
            accepted ->
                accepted.isPresent()
                    ? Future.succeededFuture(sent(m, kept.body(), accepted.get()))
                    : explain(m));
  }

  private SentTurn sent(SendMessage m, String body, Accepted a) {
    SentTurn sent = new SentTurn(a.turn(), a.seq(), false);
    journal.appended(
        m.session(), new EventRow(a.seq(), a.turn(), EventKind.USER, body, clock.instant()));
    Binding binding = a.binding();
    if (a.open() && binding != null) {
      start(new StartTurn(binding, a.turn(), m.content(), m.options()));
    } else if (a.status() != SessionStatus.ACTIVE && a.status() != SessionStatus.STARTING) {
      wake(m.session());
    } else if (m.whenBusy() == WhenBusy.INTERRUPT && !a.open()) {
      interrupt(m.tenant(), m.session()).onFailure(cause -> logLater(m.session(), cause));
    }
    return sent;
  }

  private void wake(SessionId id) {
    sessions
        .get(id)
        .compose(
            found ->
                found.isPresent()
                    ? resumptions.resume(found.get()).<Void>mapEmpty()
                    : Future.succeededFuture())
        .onFailure(cause -> logLater(id, cause));
  }

  /** Hands out the open turn of a session, if it has one. */
  public Future<Void> handOut(SessionId id) {
    return turns
        .toHandOut(id)
        .compose(found -> found.isPresent() ? handOut(found.get()) : Future.succeededFuture());
  }

  private Future<Void> handOut(HandOut t) {
    return contents
        .content(t.tenant(), t.message().body(), t.message().parts())
        .map(
            content -> {
              start(new StartTurn(t.binding(), t.turn(), content, t.options()));
              return (Void) null;
            })
        .recover(
            cause ->
                LargeContent.isLost(cause)
                    ? rests.letGo(
                        t.binding(),
                        "The content of the message cannot be read: " + cause.getMessage(),
                        t.turn())
                    : Future.failedFuture(cause));
  }

  private void start(StartTurn call) {
    fleet
        .reach(call.binding())
        .compose(runner -> runner.startTurn(call))
        .onFailure(
            cause -> {
              if (cause instanceof Refused no && no.refusal() == Refusal.SANDBOX_GONE) {
                rests
                    .letGo(call.binding(), "The sandbox is gone.", call.turn() - 1)
                    .onSuccess(v -> wake(call.binding().session()))
                    .onFailure(worse -> logLater(call.binding().session(), worse));
              } else {
                logLater(call.binding().session(), cause);
              }
            });
  }

  private static void logLater(SessionId id, Throwable cause) {
    LOG.atWarn()
        .addKeyValue("session", id)
        .addKeyValue("cause", cause.getMessage())
        .log("could not hand a turn on; the duties try again within seconds");
  }

  /** Asks the agent to end its open turn; nothing happens where none is open. */
  Future<Void> interrupt(String tenant, SessionId id) {
    return sessions
        .get(id)
        .compose(
            found -> {
              SessionView s =
                  found
                      .filter(v -> v.tenant().equals(tenant))
                      .orElseThrow(
                          () -> new Refused(Refusal.SESSION_NOT_FOUND, "Session not found"));
              Binding binding = s.binding().orElse(null);
              if (s.openTurn() == 0 || binding == null) {
                throw new Refused(Refusal.WRONG_STATE, "No turn is running in this session.");
              }
              return fleet
                  .reach(binding)
                  .compose(runner -> runner.interrupt(new InterruptTurn(binding, s.openTurn())));
            });
  }

  /** Why a message was not accepted; costs nothing where it was. */
  private Future<SentTurn> explain(SendMessage m) {
    Future<SentTurn> known =
        m.idempotencyKey() == null
            ? Future.succeededFuture()
            : turns
                .byKey(m.session(), m.idempotencyKey())
                .map(found -> found.map(k -> replay(m, k)).orElse(null));
    return known(m)
        .compose(
            s ->
                known.map(
                    replayed -> {
                      if (replayed != null) {
                        return replayed;
                      }
                      throw refusal(m, s);
                    }));
  }

  private static SentTurn replay(SendMessage m, TurnStore.Known k) {
    if (!Objects.equals(k.hash(), m.bodyHash())) {
      throw new Refused(
          Refusal.IDEMPOTENCY_MISMATCH,
          "This Idempotency-Key was used for another message; use a new key.");
    }
    return new SentTurn(k.turn(), k.seq(), true);
  }

  private Refused refusal(SendMessage m, SessionView s) {
    if (s.status() == SessionStatus.ENDED) {
      return new Refused(Refusal.WRONG_STATE, "Session is ended");
    }
    if (m.whenBusy() == WhenBusy.REFUSE && s.openTurn() > 0) {
      return new Refused(Refusal.TURN_RUNNING, "A turn is running in this session.");
    }
    if (s.queued() >= mostQueued) {
      return new Refused(
          Refusal.QUEUE_FULL, "Already " + mostQueued + " messages wait in this session.");
    }
    return new Refused(Refusal.UNAVAILABLE, "The session changed in this moment; send again.");
  }
}
