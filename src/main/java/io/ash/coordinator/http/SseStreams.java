package io.ash.coordinator.http;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.time.Timers;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;

/** All open streams of this process. Thread-safe. */
public final class SseStreams {
  /** Longest wait a client is asked for when this server goes away. */
  private static final long SHUTDOWN_RETRY_MILLIS = 5000;

  private final Timers timers;
  private final int mostPerSession;
  private final Map<SseStream, Open> open = new ConcurrentHashMap<>();
  private final Map<SessionId, Integer> readers = new ConcurrentHashMap<>();
  private volatile boolean closing;

  private record Open(Context loop, Promise<Void> gone) {}

  public SseStreams(Timers timers, HttpConfig config, MeterRegistry meters) {
    this.timers = timers;
    this.mostPerSession = config.streamsPerSession();
    meters.gauge("ash.http.streams", open, Map::size);
  }

  /** Streams that are open now. */
  public int size() {
    return open.size();
  }

  /** Answers with the stream of a whole session. */
  void session(RoutingContext ctx, SessionId session, Cursor cursor, LongFunction<Tail> tails) {
    admit(ctx);
    if (ctx.request().method().equals(HttpMethod.HEAD)) {
      head(ctx);
      ctx.response().end();
      return;
    }
    if (readers.merge(session, 1, Integer::sum) > mostPerSession) {
      left(session);
      throw new Refused(
          Refusal.TOO_MANY_REQUESTS,
          "This session has " + mostPerSession + " streams on this server already");
    }
    SseWriter opening =
        new SseWriter().comment("open").retry(SseStream.usualRetry()).comment("reading");
    start(ctx, session, cursor, tails, SseStream.EVERY_TURN, opening, () -> left(session));
  }

  /** Answers with the stream of one turn, which begins with {@code session_start}. */
  void turn(
      RoutingContext ctx,
      SessionId session,
      int turn,
      long cursor,
      LongFunction<Tail> tails,
      String version) {
    SseWriter opening =
        new SseWriter()
            .retry(SseStream.usualRetry())
            .control(
                "session_start",
                Json.object()
                    .put("sessionId", session.toString())
                    .put("version", version)
                    .put("turn", turn));
    start(ctx, session, new Cursor(cursor, 0, false, true), tails, turn, opening, () -> {});
  }

  /** Refuses what cannot be streamed to: HTTP/1.0, which knows no chunks, or a server that goes. */
  void admit(RoutingContext ctx) {
    if (ctx.request().version() == HttpVersion.HTTP_1_0) {
      throw new Declined(505, "http_version_not_supported", "Streams need HTTP/1.1 or newer");
    }
    if (closing) {
      throw new Refused(Refusal.UNAVAILABLE, "This server is shutting down; try again");
    }
  }

  /**
   * Tells every stream to come back elsewhere and closes it, spread over {@code spread}; new ones
   * are refused from now on. Answers when all are gone.
   */
  public Future<Void> disconnectAll(String reason, Duration spread) {
    closing = true;
    Future<?>[] all =
        open.entrySet().stream()
            .map(entry -> disconnect(entry.getKey(), entry.getValue(), reason, spread))
            .toArray(Future<?>[]::new);
    return Future.join(java.util.List.of(all)).mapEmpty();
  }

  private Future<Void> disconnect(SseStream stream, Open how, String reason, Duration spread) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long wait = random.nextLong(spread.toMillis() + 1);
    long retry = random.nextLong(200, SHUTDOWN_RETRY_MILLIS + 1);
    how.loop()
        .runOnContext(
            now -> timers.once(Duration.ofMillis(wait), () -> stream.disconnect(reason, retry)));
    return how.gone().future();
  }

  private void start(
      RoutingContext ctx,
      SessionId session,
      Cursor cursor,
      LongFunction<Tail> tails,
      int turn,
      SseWriter opening,
      Runnable onClose) {
    head(ctx);
    Promise<Void> gone = Promise.promise();
    Context loop = Objects.requireNonNull(Vertx.currentContext());
    SseStream[] self = new SseStream[1];
    self[0] =
        new SseStream(
            ctx.response(),
            timers,
            session,
            tails,
            cursor,
            turn,
            () -> {
              open.remove(self[0]);
              onClose.run();
              gone.tryComplete();
            });
    open.put(self[0], new Open(loop, gone));
    self[0].start(opening);
  }

  private void left(SessionId session) {
    readers.computeIfPresent(session, (id, n) -> n <= 1 ? null : n - 1);
  }

  private static void head(RoutingContext ctx) {
    ctx.response()
        .setStatusCode(200)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader("X-Accel-Buffering", "no");
    if (ctx.request().version() == HttpVersion.HTTP_1_1) {
      ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.KEEP_ALIVE);
    }
  }
}
