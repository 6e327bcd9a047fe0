package io.ash.coordinator.store;

import io.ash.time.Backoff;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until the database answers, and looks at what it is before anything is sent to it.
 *
 * <p>A server that is not there yet is waited for; wrong credentials, a server that is too old and
 * a pooler without another way are refused at once.
 */
public final class DatabaseStart {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseStart.class);

  /** All that the driver says of a certificate that was refused; also of a broken handshake. */
  private static final String TLS_FAILED = "SSL handshake failed";

  private static final int TLS_TRIES = 3;

  private final Connections connections;
  private final DatabaseConfig config;
  private final Timers timers;
  private final Ticker ticker;
  private final DatabaseProbe probe;

  /** Uses two connections of its own while it looks. */
  public DatabaseStart(
      Vertx vertx, Timers timers, Ticker ticker, DatabaseConfig config, String coordinatorId) {
    this.connections = new Connections(vertx, timers, config, coordinatorId);
    this.config = config;
    this.timers = timers;
    this.ticker = ticker;
    this.probe = new DatabaseProbe(timers);
  }

  /**
   * Completes with what the direct way to the database can do; fails with {@link DatabaseRefused}
   * where it must not be used, or did not answer within {@code limit}.
   */
  public Future<Connectivity> await(Duration limit) {
    return new Wait(limit).attempt();
  }

  /**
   * Completes with what {@code step} came to, begun anew where the database went away meanwhile;
   * fails with {@link DatabaseRefused} where it stayed away for {@code limit}, else as the step
   * did. A step must bear to be done twice.
   */
  public <T> Future<T> through(Supplier<Future<T>> step, Duration limit) {
    return step.get().recover(e -> new Outage<>(step, limit).tryAgain(e));
  }

  /** What a step met, and since when; confined to the context that began it. */
  private final class Outage<T> {
    private final Supplier<Future<T>> step;
    private final Duration limit;
    private final long since = ticker.nanos();
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));

    Outage(Supplier<Future<T>> step, Duration limit) {
      this.step = step;
      this.limit = limit;
    }

    Future<T> tryAgain(Throwable e) {
      if (!(e instanceof DatabaseFailure)) {
        return Future.failedFuture(e);
      }
      Duration left = limit.minusMillis(ticker.millisSince(since));
      if (left.isNegative() || left.isZero()) {
        return Future.failedFuture(nobody(limit, String.valueOf(e.getMessage()), e));
      }
      Promise<T> later = Promise.promise();
      timers.once(
          backoff.next(),
          () -> await(left).compose(found -> step.get()).recover(this::tryAgain).onComplete(later));
      return later.future();
    }
  }

  /** One wait with what it has seen so far; confined to the context that began it. */
  private final class Wait {
    private final Duration limit;
    private final long since = ticker.nanos();
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    private String reason = "";
    private int repeated;

    Wait(Duration limit) {
      this.limit = limit;
    }

    Future<Connectivity> attempt() {
      return look().recover(this::refuseOrTryAgain);
    }

    private Future<Connectivity> refuseOrTryAgain(Throwable e) {
      remember(String.valueOf(e.getMessage()));
      if (isFinal(e) || (reason.equals(TLS_FAILED) && repeated >= TLS_TRIES)) {
        return Future.failedFuture(refused(e));
      }
      if (ticker.millisSince(since) >= limit.toMillis()) {
        return Future.failedFuture(nobody(limit, reason, e));
      }
      Promise<Connectivity> later = Promise.promise();
      timers.once(backoff.next(), () -> attempt().onComplete(later));
      return later.future();
    }

    private void remember(String now) {
      repeated = now.equals(reason) ? repeated + 1 : 1;
      reason = now;
      if (repeated == 1) {
        LOG.atWarn()
            .addKeyValue("database", connections.place())
            .addKeyValue("reason", now)
            .log("waiting for PostgreSQL, at most {} s", limit.toSeconds());
      }
    }
  }

  private DatabaseRefused nobody(Duration limit, String reason, Throwable e) {
    return new DatabaseRefused(
        "no PostgreSQL answered at "
            + connections.place()
            + " within "
            + limit.toSeconds()
            + " s ("
            + reason
            + "); start it, or correct ASH_DATABASE_URL",
        e);
  }

  private Future<Connectivity> look() {
    return connections
        .direct()
        .compose(
            first ->
                connections
                    .direct()
                    .compose(second -> look(first, second).eventually(second::close))
                    .eventually(first::close))
        .compose(this::judge);
  }

  private Future<Connectivity> look(PgConnection first, PgConnection second) {
    return PostgresVersion.of(first)
        .map(PostgresVersion::refuseTooOld)
        .compose(version -> probe.look(first, second));
  }

  private Future<Connectivity> judge(Connectivity found) {
    if (!found.keepsSessions()) {
      return Future.failedFuture(pooler());
    }
    return config.unpooled().isEmpty()
        ? Future.succeededFuture(found)
        : poolerKnowsTheSchema().map(found);
  }

  /** Behind a pooler settings cannot travel with the connection; they must be the role's own. */
  private Future<Void> poolerKnowsTheSchema() {
    return connections
        .likePool()
        .compose(
            c ->
                c.query(
                        "SELECT current_setting('search_path'), current_user,"
                            + " current_database()")
                    .execute()
                    .eventually(c::close))
        .map(rows -> rows.iterator().next())
        .compose(
            row ->
                row.getString(0).equals(Schema.NAME)
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new DatabaseRefused(
                            "the pooler at "
                                + config.pooledUrl().place()
                                + " cannot pass settings on; run once as the owner: ALTER ROLE "
                                + row.getString(1)
                                + " IN DATABASE "
                                + row.getString(2)
                                + " SET search_path = ash; the same with SET statement_timeout ="
                                + " '5s' and SET lock_timeout = '1s'; then reconnect the pooler")));
  }

  private DatabaseRefused pooler() {
    String name = config.unpooled().isPresent() ? "DATABASE_UNPOOLED_URL" : "ASH_DATABASE_URL";
    return new DatabaseRefused(
        name
            + " leads to a pooler that hands every transaction to another session ("
            + connections.place()
            + "); LISTEN, locks and migrations need a session of their own: set"
            + " DATABASE_UNPOOLED_URL to the server itself, or use session pooling");
  }

  private static boolean isFinal(Throwable e) {
    return e instanceof DatabaseRefused
        || Sql.state(e).filter(s -> s.startsWith("28") || s.equals("08P01")).isPresent();
  }

  private DatabaseRefused refused(Throwable e) {
    if (e instanceof DatabaseRefused refused) {
      return refused;
    }
    if (Sql.state(e).filter("08P01"::equals).isPresent()) {
      return pooler(); // poolers refuse settings in the first message
    }
    if (TLS_FAILED.equals(e.getMessage())) {
      return new DatabaseRefused(
          "the certificate of PostgreSQL at "
              + connections.place()
              + " is not trusted, or is made out to another name; name its root with sslrootcert"
              + " and the host as the certificate does",
          e);
    }
    return new DatabaseRefused(
        "cannot sign in to PostgreSQL at "
            + connections.place()
            + " ("
            + e.getMessage()
            + "); correct ASH_DATABASE_URL",
        e);
  }
}
