package io.ash.runner;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Backoff;
import io.ash.wire.SandboxReleased;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives sandboxes back that nobody uses: first what is in them is saved, then they go, then their
 * sessions are told. One that cannot be saved, or is used meanwhile, stays. Confined to the runner
 * loop.
 */
final class Releases {
  private static final Logger LOG = LoggerFactory.getLogger(Releases.class);

  private final Pool pool;
  private final HostTools tools;

  Releases(Pool pool, HostTools tools) {
    this.pool = pool;
    this.tools = tools;
  }

  /**
   * Gives back the one that waited longest, of those that can be given back; fails with {@code
   * NO_CAPACITY} where there is none.
   */
  Future<Void> evict() {
    return evict(new HashSet<>());
  }

  private Future<Void> evict(Set<SessionHost> tried) {
    SessionHost host = pool.longestWaiting(tried).orElse(null);
    if (host == null) {
      return Future.failedFuture(
          new Refused(
              Refusal.NO_CAPACITY,
              "Sandbox capacity reached and no evictable sandboxes (all running)"));
    }
    tried.add(host);
    return release(host, "evicted")
        .transform(
            done -> {
              if (done.succeeded()) {
                pool.countEviction();
                return Future.succeededFuture();
              }
              return evict(tried);
            });
  }

  /** Gives one back; fails where it stays. */
  Future<Void> release(SessionHost host, String reason) {
    pool.leaving(host);
    return host.snapshot()
        .compose(v -> host.waiting() ? close(host, reason) : Future.failedFuture("it is in use"))
        .onFailure(
            e -> {
              pool.stays(host);
              LOG.atInfo()
                  .addKeyValue("session", host.binding().session())
                  .addKeyValue("reason", reason)
                  .addKeyValue("cause", e.getMessage())
                  .log("a waiting sandbox was not given back");
            });
  }

  private Future<Void> close(SessionHost host, String reason) {
    LOG.atInfo()
        .addKeyValue("session", host.binding().session())
        .addKeyValue("reason", reason)
        .log("a waiting sandbox is saved and given back; its session goes on when it is wanted");
    SandboxReleased word = new SandboxReleased(host.binding(), reason, host.lastTurn());
    return host.close(true, reason)
        .transform(closed -> untilAnswered(() -> tools.coordinator().released(word)))
        .recover(
            e -> e instanceof Refused ? Future.succeededFuture() : Future.<Void>failedFuture(e));
  }

  /** Repeats a call until it is answered; fails only with a refusal. */
  Future<Void> untilAnswered(Supplier<Future<Void>> call) {
    return again(call, new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5)));
  }

  private Future<Void> again(Supplier<Future<Void>> call, Backoff backoff) {
    return call.get()
        .recover(
            e -> {
              if (e instanceof Refused) {
                return Future.failedFuture(e);
              }
              Promise<Void> later = Promise.promise();
              tools.timers().once(backoff.next(), () -> again(call, backoff).onComplete(later));
              return later.future();
            });
  }
}
