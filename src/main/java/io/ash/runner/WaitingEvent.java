package io.ash.runner;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A numbered event that is not known to be in the journal. Pieces of text can grow. */
final class WaitingEvent {
  private static final long OVERHEAD_BYTES = 64;

  private final long no;
  private final @Nullable String piece;
  private @Nullable Event event;
  private @Nullable StringBuilder text;
  private final int turn;
  private final EventKind kind;
  private long bytes;

  WaitingEvent(long no, Event event) {
    this.no = no;
    this.event = event;
    this.turn = event.turn();
    this.kind = event.kind();
    this.bytes = ByteBufUtil.utf8Bytes(event.body()) + OVERHEAD_BYTES;
    this.piece = kind == EventKind.DELTA || kind == EventKind.THINKING ? piece(event.body()) : null;
  }

  long no() {
    return no;
  }

  long bytes() {
    return bytes;
  }

  boolean endsTurn() {
    return kind == EventKind.END;
  }

  /** Takes the text of a later piece of the same turn, if both are nothing but text. */
  boolean absorb(WaitingEvent later, int maxChars) {
    if (piece == null || later.piece == null || kind != later.kind || turn != later.turn) {
      return false;
    }
    StringBuilder mine = text == null ? new StringBuilder(piece) : text;
    if (mine.length() + later.piece.length() > maxChars) {
      return false;
    }
    text = mine.append(later.piece);
    event = null;
    bytes += later.bytes - OVERHEAD_BYTES;
    return true;
  }

  Event event() {
    Event e = event;
    if (e == null) {
      e = new Event(turn, kind, new JsonObject().put("delta", String.valueOf(text)).encode());
      event = e;
    }
    return e;
  }

  private static @Nullable String piece(String body) {
    return deltaOf(body).orElse(null);
  }

  /** The text of a body that says {@code {"delta":text}} and nothing else. */
  static Optional<String> deltaOf(String body) {
    try {
      JsonObject said = new JsonObject(body);
      return said.size() == 1 && said.getValue("delta") instanceof String delta
          ? Optional.of(delta)
          : Optional.empty();
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }
}
