package io.ash.coordinator.journal;

import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.wire.EventBatch;
import java.util.List;

/**
 * Stands in for events that the database will not take: their numbers are used up by errors that
 * say so, the end of a turn stays what it is.
 */
final class RejectedEvents {
  private static final String BODY =
      "{\"error\":\"The database refused what the agent said here.\",\"code\":\"event_rejected\"}";

  private RejectedEvents() {}

  static EventBatch replaced(EventBatch batch) {
    List<Event> events =
        batch.events().stream()
            .map(
                e ->
                    e.kind() == EventKind.END
                        ? ended(e)
                        : new Event(e.turn(), EventKind.ERROR, BODY))
            .toList();
    return new EventBatch(batch.binding(), batch.firstNo(), events);
  }

  private static Event ended(Event e) {
    String status = e.ends() == null ? "failed" : e.ends().text();
    return new Event(e.turn(), EventKind.END, "{\"status\":\"" + status + "\"}", e.ends());
  }
}
