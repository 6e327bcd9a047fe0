package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.coordinator.store.EventRow;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import io.ash.telemetry.Metrics;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TurnTimesTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private final Metrics metrics = new Metrics();
  private final TurnTimes times = new TurnTimes(metrics);
  private final SessionId session = new SessionId(UUID.randomUUID());

  private void row(int turn, EventKind kind, String body, long afterMillis) {
    times.accept(session, new EventRow(1, turn, kind, body, BEGIN.plusMillis(afterMillis)));
  }

  @Test
  void timesATurnFromItsMessageToItsEnd() {
    row(1, EventKind.USER, "{}", 0);
    row(1, EventKind.MESSAGE, "{}", 10);
    row(1, EventKind.END, "{\"status\":\"done\"}", 250);

    Timer timer = metrics.registry().get("ash.turn").tag("outcome", "done").timer();
    assertThat(timer.count()).isEqualTo(1);
    assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(250);
  }

  @Test
  void makesNoLabelOfWhatIsNoStatus() {
    row(1, EventKind.USER, "{}", 0);
    row(1, EventKind.END, "{\"status\":\"<b>\"}", 1);

    assertThat(metrics.registry().get("ash.turn").tag("outcome", "other").timer().count())
        .isEqualTo(1);
  }

  @Test
  void leavesOutATurnWhoseBeginningItDidNotSee() {
    row(7, EventKind.END, "{\"status\":\"done\"}", 1);

    assertThat(metrics.registry().find("ash.turn").timer()).isNull();
  }
}
