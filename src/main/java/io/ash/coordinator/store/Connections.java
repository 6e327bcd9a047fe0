package io.ash.coordinator.store;

import io.ash.time.TimeLimit;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;

/** Options of the connections of one process, and single connections outside the pool. */
final class Connections {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final int STATEMENTS_CACHED = 512;
  private static final int SQL_CACHED_MOST = 16_384;

  private final Vertx vertx;
  private final Timers timers;
  private final DatabaseConfig config;
  private final String applicationName;

  Connections(Vertx vertx, Timers timers, DatabaseConfig config, String coordinatorId) {
    this.vertx = vertx;
    this.timers = timers;
    this.config = config;
    this.applicationName = "ash-" + coordinatorId;
  }

  /** For short statements: the server gives up before the client does. */
  PgConnectOptions pooled() {
    PgConnectOptions options = config.pooledUrl().connectOptions(applicationName);
    if (config.unpooled().isPresent()) {
      return throughPooler(options);
    }
    return shortStatements(options);
  }

  private static PgConnectOptions shortStatements(PgConnectOptions options) {
    return options
        .addProperty("search_path", Schema.NAME)
        .addProperty("statement_timeout", "5000")
        .addProperty("lock_timeout", "1000")
        .setCachePreparedStatements(true)
        .setPreparedStatementCacheMaxSize(STATEMENTS_CACHED)
        .setPreparedStatementCacheSqlLimit(SQL_CACHED_MOST);
  }

  /** A transaction pooler hands each statement to another session: nothing may be kept in one. */
  private static PgConnectOptions throughPooler(PgConnectOptions options) {
    return options.setUseLayer7Proxy(true).setCachePreparedStatements(false);
  }

  /** One connection of our own for short statements; fails within five seconds. */
  Future<PgConnection> direct() {
    return connect(shortStatements(config.directUrl().connectOptions(applicationName)));
  }

  /** One connection of our own whose statements may take {@code limit}. */
  Future<PgConnection> patient(Duration limit) {
    String millis = Long.toString(limit.toMillis());
    return connect(
        config
            .directUrl()
            .connectOptions(applicationName)
            .addProperty("search_path", Schema.NAME)
            .addProperty("statement_timeout", millis)
            .addProperty("lock_timeout", millis));
  }

  /** One more connection along the way the pool takes. */
  Future<PgConnection> likePool() {
    return connect(pooled());
  }

  /** Host, port and database of the direct way, for people. */
  String place() {
    return config.directUrl().place();
  }

  private Future<PgConnection> connect(PgConnectOptions options) {
    Future<PgConnection> connecting = PgConnection.connect(vertx, options);
    TimeLimit limit = new TimeLimit(timers, CONNECT_LIMIT);
    Future<PgConnection> connected =
        limit.on(connecting, () -> new DatabaseUnavailable("connect", "no answer in 5 s"));
    connected.onFailure(late -> connecting.onSuccess(PgConnection::close));
    return connected;
  }
}
