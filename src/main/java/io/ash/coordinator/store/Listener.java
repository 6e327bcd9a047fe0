package io.ash.coordinator.store;

import io.ash.time.Backoff;
import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection that hears notifications.
 *
 * <p>It notifies itself every ten seconds; when that does not come back within five it connects
 * anew. What was notified meanwhile is lost, so {@code reconnected} is called each time it hears
 * again and readers look for themselves. Confined to the context that made it, except {@link
 * #healthy}, which any thread may ask.
 */
public final class Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
  static final Duration SELF_EVERY = Duration.ofSeconds(10);
  static final Duration SILENCE_MOST = Duration.ofSeconds(5);

  private final Context context;
  private final Timers timers;
  private final Connections connections;
  private final Runnable reconnected;
  private final String ownChannel = "ash_self_" + UUID.randomUUID().toString().replace("-", "");
  private final Map<String, Consumer<String>> handlers = new HashMap<>();
  private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));
  private Optional<PgConnection> connection = Optional.empty();
  private Timers.Handle timer = () -> {};
  private String lastReason = "";
  private boolean stopped = true;
  private volatile boolean healthy;

  /**
   * Connects with {@link #start}.
   *
   * @param reconnected called on the context each time notifications begin to arrive, also the
   *     first time
   */
  public Listener(
      Vertx vertx,
      Timers timers,
      DatabaseConfig config,
      String coordinatorId,
      Runnable reconnected) {
    this.context = vertx.getOrCreateContext();
    this.timers = timers;
    this.connections = new Connections(vertx, timers, config, coordinatorId);
    this.reconnected = reconnected;
  }

  /**
   * Hears a channel; call it before {@link #start}.
   *
   * @param channel lower-case letters, digits and underscores
   * @param payloads gets each payload on the context; must not throw
   */
  public Listener on(String channel, Consumer<String> payloads) {
    if (!channel.matches("[a-z_][a-z0-9_]{0,62}")) {
      throw new IllegalArgumentException("no channel name: " + channel);
    }
    handlers.put(channel, payloads);
    return this;
  }

  /** Connects and keeps connecting until it is stopped. */
  public void start() {
    context.runOnContext(
        v -> {
          stopped = false;
          connect();
        });
  }

  /** Whether notifications arrive; while not, readers poll fast. */
  public boolean healthy() {
    return healthy;
  }

  /** Closes the connection for good. */
  public Future<Void> stop() {
    Promise<Void> closed = Promise.promise();
    context.runOnContext(
        v -> {
          stopped = true;
          healthy = false;
          timer.cancel();
          connection
              .map(PgConnection::close)
              .orElseGet(Future::succeededFuture)
              .otherwiseEmpty()
              .onComplete(closed);
          connection = Optional.empty();
        });
    return closed.future();
  }

  private void connect() {
    if (stopped) {
      return;
    }
    connections
        .direct()
        .compose(this::listen)
        .onSuccess(this::hears)
        .onFailure(e -> connectLater(e.getMessage()));
  }

  private Future<PgConnection> listen(PgConnection fresh) {
    fresh.notificationHandler(n -> heard(fresh, n.getChannel(), n.getPayload()));
    StringBuilder sql = new StringBuilder("LISTEN ").append(ownChannel);
    handlers.keySet().forEach(channel -> sql.append("; LISTEN ").append(channel));
    return fresh.query(sql.toString()).execute().map(fresh).onFailure(e -> fresh.close());
  }

  private void hears(PgConnection fresh) {
    if (stopped) {
      fresh.close();
      return;
    }
    connection = Optional.of(fresh);
    fresh.closeHandler(v -> lost(fresh, "connection closed"));
    backoff.reset();
    lastReason = "";
    healthy = true;
    notifySelfLater(fresh);
    reconnected.run();
  }

  private void heard(PgConnection from, String channel, String payload) {
    if (channel.equals(ownChannel)) {
      if (isCurrent(from)) {
        timer.cancel();
        notifySelfLater(from);
      }
      return;
    }
    Consumer<String> handler = handlers.get(channel);
    if (handler != null) {
      handler.accept(payload);
    }
  }

  private void notifySelfLater(PgConnection current) {
    timer =
        timers.once(
            SELF_EVERY,
            () -> {
              timer = timers.once(SILENCE_MOST, () -> lost(current, "silence"));
              current
                  .query("NOTIFY " + ownChannel)
                  .execute()
                  .onFailure(e -> lost(current, e.getMessage()));
            });
  }

  private void lost(PgConnection broken, String reason) {
    if (!isCurrent(broken)) {
      return;
    }
    connection = Optional.empty();
    healthy = false;
    timer.cancel();
    broken.close();
    connectLater(reason);
  }

  private void connectLater(String reason) {
    if (!reason.equals(lastReason)) {
      LOG.atWarn()
          .addKeyValue("reason", reason)
          .log("notifications do not arrive; connecting again, readers poll meanwhile");
      lastReason = reason;
    }
    timer = timers.once(backoff.next(), this::connect);
  }

  private boolean isCurrent(PgConnection candidate) {
    return connection.filter(c -> c == candidate).isPresent();
  }
}
