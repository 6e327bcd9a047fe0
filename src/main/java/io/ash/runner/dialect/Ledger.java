package io.ash.runner.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.TurnStatus;
import io.ash.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The turn under way, or none, and what was complained about since it began.
 *
 * <p>It writes the events that are the same in every dialect. Confined to the loop of its dialect.
 */
final class Ledger {
  /** How many lines of one turn are reported one by one. */
  static final int MAX_COMPLAINTS = 20;

  /** The code of an event about output that the dialect does not allow. */
  static final String INVALID = "agent_output_invalid";

  private final Ticker ticker;
  private int turn;
  private long startedAt;
  private boolean interrupted;
  private int complaints;

  Ledger(Ticker ticker) {
    this.ticker = ticker;
  }

  void begin(int no) {
    if (turn != 0) {
      throw new IllegalStateException("turn " + turn + " is running");
    }
    turn = no;
    startedAt = ticker.nanos();
    interrupted = false;
    complaints = 0;
  }

  boolean running() {
    return turn != 0;
  }

  /** The running turn, or 0. */
  int turn() {
    return turn;
  }

  void interrupt() {
    interrupted = true;
  }

  boolean interrupted() {
    return interrupted;
  }

  long millis() {
    return ticker.millisSince(startedAt);
  }

  Event event(EventKind kind, String body) {
    return new Event(turn, kind, body);
  }

  Event event(EventKind kind, ObjectNode body) {
    return event(kind, StrictJson.text(body));
  }

  Event error(String text, String code) {
    return event(EventKind.ERROR, StrictJson.object().put("error", text).put("code", code));
  }

  /** Reports output that is not allowed; after {@link #MAX_COMPLAINTS} once for all the rest. */
  Heard complain(String why) {
    complaints++;
    if (complaints <= MAX_COMPLAINTS) {
      return Heard.events(error("a line of the agent " + why, INVALID));
    }
    return complaints == MAX_COMPLAINTS + 1
        ? Heard.events(error("more lines of the agent are invalid; they are not listed", INVALID))
        : Heard.dropped("a line of the agent " + why);
  }

  /** Ends the turn: as interrupted where that was asked for, else as said. */
  Event end(TurnStatus otherwise, @Nullable String reason) {
    TurnStatus status = interrupted ? TurnStatus.INTERRUPTED : otherwise;
    ObjectNode body = StrictJson.object().put("status", status.text());
    if (reason != null) {
      body.put("reason", reason);
    }
    Event end = new Event(turn, EventKind.END, StrictJson.text(body), status);
    turn = 0;
    complaints = 0;
    return end;
  }

  /** The process is gone: what that means for the turn, or for the session between two turns. */
  List<Event> exited(Exit exit) {
    List<Event> events = new ArrayList<>();
    if (!running()) {
      if (!exit.asked()) {
        ObjectNode body = StrictJson.object().put("action", "agent_exited");
        body.put("code", exit.code());
        if (exit.why() != null) {
          body.put("reason", exit.why());
        }
        events.add(event(EventKind.LIFECYCLE, body));
      }
    } else if (interrupted) {
      events.add(end(TurnStatus.INTERRUPTED, "the agent did not end the turn itself"));
    } else if (exit.asked()) {
      events.add(end(TurnStatus.INTERRUPTED, exit.why()));
    } else {
      String text = "the agent ended before its turn was done (" + exit.text() + ")";
      events.add(error(text, "agent_exited"));
      events.add(end(TurnStatus.FAILED, "agent_exited"));
    }
    return events;
  }
}
