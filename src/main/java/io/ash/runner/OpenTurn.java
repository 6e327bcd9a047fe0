package io.ash.runner;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.TurnStatus;
import io.ash.time.Timers;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The turn that runs: what was streamed of a message that has not come, and how to end it. */
final class OpenTurn {
  /** Characters kept of streamed text; beyond it the end of the text is missing. */
  static final int MAX_PARTIAL = 256 << 10;

  /** How every dialect begins what the agent said itself. */
  private static final String ASSISTANT = "{\"type\":\"assistant\"";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final int no;
  private final Timers timers;
  private final StringBuilder streamed = new StringBuilder();
  private Timers.@Nullable Handle escalation;
  private boolean interrupted;

  OpenTurn(int no, Timers timers) {
    this.no = no;
    this.timers = timers;
  }

  int no() {
    return no;
  }

  boolean interrupted() {
    return interrupted;
  }

  /** Sees every event of the turn before it is sent. */
  void see(Event event) {
    if (event.kind() == EventKind.DELTA) {
      WaitingEvent.deltaOf(event.body())
          .ifPresent(
              d -> streamed.append(d, 0, Math.min(d.length(), MAX_PARTIAL - streamed.length())));
    } else if (event.kind() == EventKind.MESSAGE && event.body().startsWith(ASSISTANT)) {
      streamed.setLength(0);
    }
  }

  /** What was streamed since the last message, or null where that is nothing. */
  @Nullable Event partial() {
    return streamed.isEmpty()
        ? null
        : new Event(
            no, EventKind.PARTIAL, new JsonObject().put("text", streamed.toString()).encode());
  }

  /**
   * Ends the patience with an agent that was asked to stop: first {@code gently}, then {@code
   * firmly}. Asking twice changes nothing.
   */
  void interrupt(Runnable gently, Runnable firmly) {
    if (interrupted) {
      return;
    }
    interrupted = true;
    escalation =
        timers.once(
            PATIENCE,
            () -> {
              gently.run();
              escalation = timers.once(PATIENCE, firmly);
            });
  }

  /** The turn has ended. */
  void close() {
    if (escalation != null) {
      escalation.cancel();
    }
  }

  Event error(String text, String code) {
    return new Event(
        no, EventKind.ERROR, new JsonObject().put("error", text).put("code", code).encode());
  }

  Event end(TurnStatus how, String reason) {
    return new Event(
        no,
        EventKind.END,
        new JsonObject().put("status", how.text()).put("reason", reason).encode(),
        how);
  }
}
