package io.ash.coordinator.http;

import io.ash.coordinator.journal.Sink;
import io.ash.coordinator.store.EventRow;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import io.ash.time.Timers;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open stream: writes a journal from a cursor to one client. Confined to the event loop of its
 * connection.
 *
 * <p>While the client does not read, nothing more is read from the journal; a client that does not
 * read for long is let go and may come back with its last id. A client that leaves ends only this
 * stream, never the turn.
 */
final class SseStream implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(SseStream.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final Duration STALL = Duration.ofSeconds(30);

  /** A stream of the whole session. */
  static final int EVERY_TURN = 0;

  private final HttpServerResponse response;
  private final Timers timers;
  private final SessionId session;
  private final LongFunction<Tail> tails;
  private final Cursor cursor;
  private final int turn;
  private final Runnable onClose;
  private Tail tail;
  private Timers.Handle heartbeat = () -> {};
  private Timers.Handle stall = () -> {};
  private boolean caughtUp;
  private boolean closed;

  /**
   * A stream that has not started.
   *
   * @param tails opens a reader of the session's journal after a number
   * @param turn the one turn to show, or {@link #EVERY_TURN}
   * @param onClose told once, when nothing more will be written
   */
  SseStream(
      HttpServerResponse response,
      Timers timers,
      SessionId session,
      LongFunction<Tail> tails,
      Cursor cursor,
      int turn,
      Runnable onClose) {
    this.response = response;
    this.timers = timers;
    this.session = session;
    this.tails = tails;
    this.cursor = cursor;
    this.turn = turn;
    this.onClose = onClose;
    this.tail = tails.apply(cursor.wholeRows());
  }

  SessionId session() {
    return session;
  }

  /** Writes {@code opening} and starts to read. The head of the response must be set. */
  void start(SseWriter opening) {
    response.setChunked(true);
    response.setWriteQueueMaxSize(64 * 1024);
    response.closeHandler(gone -> close());
    response.exceptionHandler(broken -> close());
    response.drainHandler(
        drained -> {
          stall.cancel();
          if (!closed) {
            tail.resume();
          }
        });
    response.write(opening.bytes());
    beat();
    tail.start(this);
  }

  @Override
  public boolean rows(List<EventRow> rows) {
    if (closed) {
      return false;
    }
    SseWriter out = new SseWriter();
    boolean last = false;
    for (EventRow row : rows) {
      if (wanted(row)) {
        out.row(row, Frames.of(session, row), cursor.read(row.seq()));
        last = turn != EVERY_TURN && row.kind() == EventKind.END;
      }
      if (last) {
        break;
      }
    }
    if (out.bytes().length() > 0) {
      response.write(out.bytes());
    }
    if (last) {
      finish();
      return false;
    }
    if (response.writeQueueFull()) {
      stall.cancel();
      stall = timers.once(STALL, this::letGo);
      return false;
    }
    return true;
  }

  @Override
  public void caughtUp(long lastSeq) {
    if (!closed && !caughtUp && turn == EVERY_TURN) {
      caughtUp = true;
      write(new SseWriter().control("caught_up", Json.object().put("lastSequence", lastSeq)));
    }
  }

  @Override
  public void reset(long oldestSeq, long lastSeq) {
    if (closed) {
      return;
    }
    write(
        new SseWriter()
            .control("reset", Json.object().put("oldest", oldestSeq).put("last", lastSeq)));
    if (turn != EVERY_TURN) {
      finish();
      return;
    }
    tail = tails.apply(Math.max(0, oldestSeq - 1));
    tail.start(this);
  }

  @Override
  public void ended() {
    disconnect("ended", usualRetry());
  }

  @Override
  public void failed(Throwable cause) {
    LOG.atWarn()
        .addKeyValue("session", session)
        .addKeyValue("cause", String.valueOf(cause.getMessage()))
        .log("a stream cannot read its journal; the client is told to come back");
    disconnect("unavailable", 1000 + ThreadLocalRandom.current().nextLong(1000));
  }

  /** Says good-bye and closes. */
  void disconnect(String reason, long retryMillis) {
    if (closed) {
      return;
    }
    write(
        new SseWriter()
            .retry(retryMillis)
            .control(
                "disconnecting", Json.object().put("reason", reason).put("retry_ms", retryMillis)));
    finish();
  }

  /** A wait before coming back, spread so that clients of one server do not come together. */
  static long usualRetry() {
    return 200 + ThreadLocalRandom.current().nextLong(401);
  }

  private boolean wanted(EventRow row) {
    return turn == EVERY_TURN || (row.turn() == turn && row.kind() != EventKind.USER);
  }

  private void beat() {
    heartbeat =
        timers.once(
            HEARTBEAT,
            () -> {
              if (!closed) {
                if (!response.writeQueueFull()) {
                  write(new SseWriter().comment("keep-alive"));
                }
                beat();
              }
            });
  }

  private void write(SseWriter frames) {
    response.write(frames.bytes());
  }

  private void letGo() {
    LOG.atInfo()
        .addKeyValue("session", session)
        .log("a client stopped reading its stream; it is let go and may come back");
    close();
    response.reset();
  }

  private void finish() {
    close();
    response.end();
  }

  private void close() {
    if (!closed) {
      closed = true;
      heartbeat.cancel();
      stall.cancel();
      tail.close();
      onClose.run();
    }
  }
}
