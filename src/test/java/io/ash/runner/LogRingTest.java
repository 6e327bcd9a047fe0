package io.ash.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.wire.LogEntry;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class LogRingTest {
  private final LogRing log = new LogRing(InstantSource.fixed(Instant.EPOCH));

  @Test
  void numbersLinesAndAnswersTheNewerOnes() {
    log.stderr("a");
    log.system("b");
    assertThat(log.after(-1).entries())
        .containsExactly(
            new LogEntry(0, "stderr", "a", "1970-01-01T00:00:00Z"),
            new LogEntry(1, "system", "b", "1970-01-01T00:00:00Z"));
    assertThat(log.after(0).entries()).extracting(LogEntry::text).containsExactly("b");
    assertThat(log.after(1).entries()).isEmpty();
  }

  @Test
  void forgetsTheOldestAboveItsBounds() {
    for (int i = 0; i < LogRing.MAX_ENTRIES + 5; i++) {
      log.stderr("x");
    }
    assertThat(log.after(-1).entries()).hasSize(LogRing.MAX_ENTRIES);
    assertThat(log.after(-1).entries().get(0).index()).isEqualTo(5);

    for (int i = 0; i < 1000; i++) {
      log.stderr("y".repeat(LogRing.MAX_LINE * 2));
    }
    assertThat(log.after(-1).entries().stream().mapToLong(e -> e.text().length()).sum())
        .isLessThanOrEqualTo(LogRing.MAX_CHARS);
  }
}
