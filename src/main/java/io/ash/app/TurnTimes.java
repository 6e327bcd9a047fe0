package io.ash.app;

import io.ash.coordinator.store.EventRow;
import io.ash.model.EventKind;
import io.ash.model.Remembered;
import io.ash.model.SessionId;
import io.ash.model.TurnStatus;
import io.ash.telemetry.Metrics;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Times turns from their acceptance to their end, where both were written by this process.
 *
 * <p>Thread-safe. Remembers a bounded number of open turns; the oldest are forgotten first.
 */
final class TurnTimes implements BiConsumer<SessionId, EventRow> {
  private static final int REMEMBERED = 20_000;

  private final Metrics metrics;
  private final Remembered<Key, Instant> open = new Remembered<>(REMEMBERED);

  TurnTimes(Metrics metrics) {
    this.metrics = metrics;
  }

  private record Key(SessionId session, int turn) {}

  @Override
  public void accept(SessionId session, EventRow row) {
    if (row.kind() == EventKind.USER) {
      open.put(new Key(session, row.turn()), row.at());
    } else if (row.kind() == EventKind.END) {
      Instant began = open.remove(new Key(session, row.turn()));
      if (began != null) {
        metrics.turn(outcome(row.body()), Duration.between(began, row.at()));
      }
    }
  }

  /** Only statuses become labels: the row was written from what a runner sent. */
  private static String outcome(String body) {
    String status = String.valueOf(new JsonObject(body).getValue("status"));
    for (TurnStatus known : TurnStatus.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(status)) {
        return status;
      }
    }
    return "other";
  }
}
