package io.ash.runner;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds sandboxes whose sessions wait: after a while their processes are made to stand still, after
 * a longer while they are given back. Confined to the runner loop.
 */
final class IdleSandboxes {
  private static final Logger LOG = LoggerFactory.getLogger(IdleSandboxes.class);

  private final Pool pool;
  private final Releases releases;
  private final PoolConfig config;

  IdleSandboxes(Pool pool, Releases releases, PoolConfig config) {
    this.pool = pool;
    this.releases = releases;
    this.config = config;
  }

  /** One round; those to be given back go one after the other, so that the store is not flooded. */
  Future<Void> round() {
    Future<Void> done = Future.succeededFuture();
    for (SessionHost host : pool.waiting()) {
      if (host.idleMillis() >= config.idle().toMillis()) {
        done = done.compose(v -> release(host));
      } else if (config.freezes()
          && host.idleMillis() >= config.freezeAfter().toMillis()
          && !host.frozen()) {
        freeze(host);
      }
    }
    return done;
  }

  private Future<Void> release(SessionHost host) {
    boolean still = host.waiting() && host.idleMillis() >= config.idle().toMillis();
    return still ? releases.release(host, "idle").otherwiseEmpty() : Future.succeededFuture();
  }

  private static void freeze(SessionHost host) {
    host.freeze()
        .onFailure(
            e ->
                LOG.atWarn()
                    .addKeyValue("session", host.binding().session())
                    .addKeyValue("cause", e.getMessage())
                    .log("a waiting sandbox could not be frozen and goes on"));
  }
}
