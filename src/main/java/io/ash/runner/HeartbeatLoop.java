package io.ash.runner;

import io.ash.time.Backoff;
import io.ash.time.Timers;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.Deregister;
import io.ash.wire.Heartbeat;
import io.ash.wire.HeartbeatReply;
import io.ash.wire.RegisterRunner;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a runner known: registers it until that is answered, then beats as it is told to.
 *
 * <p>A beat without an answer is followed by the next one at its usual time. Confined to the runner
 * loop.
 */
final class HeartbeatLoop {
  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatLoop.class);

  private final RegisterRunner self;
  private final Runner runner;
  private final CoordinatorApi coordinator;
  private final Timers timers;
  private final Lease lease;
  private final Backoff again = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private final Promise<Void> registered = Promise.promise();
  private Timers.Handle next = () -> {};
  private boolean stopped;
  private boolean silent;
  private long beatMs = 2500;

  /** Hears how long the runner counts as alive; whoever must act when that ends listens here. */
  interface Lease {
    /** No fence: the coordinator lives and dies with this runner. */
    Lease UNWATCHED = leaseMs -> {};

    /** The lease was renewed for this long, counted from when the call was sent. */
    void renewed(long leaseMs);
  }

  HeartbeatLoop(
      RegisterRunner self, Runner runner, CoordinatorApi coordinator, Timers timers, Lease lease) {
    this.self = self;
    this.runner = runner;
    this.coordinator = coordinator;
    this.timers = timers;
    this.lease = lease;
  }

  /** Begins; completes when the runner is registered for the first time. */
  Future<Void> start() {
    register();
    return registered.future();
  }

  private void register() {
    if (stopped) {
      return;
    }
    coordinator
        .register(self)
        .onComplete(
            done -> {
              if (done.succeeded()) {
                again.reset();
                beatMs = done.result().beatMs();
                lease.renewed(done.result().leaseMs());
                heard("registered");
                registered.tryComplete();
                beat(); // says what the machine bears
              } else {
                Duration wait = again.next();
                unheard("not registered; the next try comes soon", done.cause());
                next = timers.once(wait, this::register);
              }
            });
  }

  private void beatLater() {
    if (!stopped) {
      next = timers.once(Duration.ofMillis(Math.max(1, beatMs)), this::beat);
    }
  }

  private void beat() {
    coordinator
        .heartbeat(
            new Heartbeat(
                self.runner(), self.incarnation(), runner.stats(), runner.hosted(), runner.cap()))
        .onComplete(
            done -> {
              if (stopped) {
                return;
              }
              if (done.succeeded()) {
                obey(done.result());
              } else {
                unheard(
                    "a heartbeat was not answered; the next one comes as planned", done.cause());
                beatLater();
              }
            });
  }

  private void obey(HeartbeatReply reply) {
    heard("heartbeats are answered again");
    if (!reply.known()) {
      LOG.warn("the fleet does not know this runner any more; it registers again");
      register();
      return;
    }
    beatMs = reply.beatMs();
    lease.renewed(reply.leaseMs());
    runner.drain(reply.drain());
    runner.drop(reply.drop());
    runner.keepWarm(reply.warm());
    beatLater();
  }

  private void heard(String what) {
    if (silent || !registered.future().isComplete()) {
      silent = false;
      LOG.atInfo().addKeyValue("runner", self.runner()).log(what);
    }
  }

  private void unheard(String what, Throwable cause) {
    if (!silent) {
      silent = true;
      LOG.atWarn()
          .addKeyValue("runner", self.runner())
          .addKeyValue("cause", cause.getMessage())
          .log(what);
    }
  }

  /** Beats no more and says good-bye; never fails. */
  Future<Void> leave() {
    stopped = true;
    next.cancel();
    return coordinator
        .deregister(new Deregister(self.runner(), self.incarnation()))
        .onFailure(
            e -> LOG.warn("nobody took the good-bye; the lease runs out: {}", e.getMessage()))
        .otherwiseEmpty();
  }
}
