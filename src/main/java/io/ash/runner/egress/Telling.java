package io.ash.runner.egress;

import io.ash.model.Notice;
import io.ash.time.Ticker;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells a session what was refused: each place and reason once in a while, and not too many in all.
 * Confined to the loop of its outlet.
 */
final class Telling {
  /** Milliseconds in which a place is told once for each reason. */
  static final long SAME = 60_000;

  /** Milliseconds in which at most {@link #MOST} are told. */
  static final long WINDOW = 600_000;

  static final int MOST = 30;

  private final Ticker ticker;
  private final Consumer<Notice> ear;
  private final Map<String, Long> lately = new HashMap<>();
  private long since;
  private int told;

  Telling(Ticker ticker, Consumer<Notice> ear) {
    this.ticker = ticker;
    this.ear = ear;
    this.since = ticker.nanos();
  }

  void tell(Denial denial) {
    if (ticker.millisSince(since) >= WINDOW) {
      since = ticker.nanos();
      told = 0;
    }
    lately.values().removeIf(at -> ticker.millisSince(at) >= SAME);
    String key = denial.reason() + " " + denial.place();
    if (told > MOST || lately.containsKey(key)) {
      return;
    }
    told++;
    if (told > MOST) {
      ear.accept(
          Notice.of(
              "network_refused",
              "More was refused; for the next minutes it is counted, and not told one by one",
              null));
      return;
    }
    lately.put(key, ticker.nanos());
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("reason", denial.reason().label());
    if (!denial.place().isEmpty()) {
      details.put("destination", denial.place());
    }
    ear.accept(new Notice("network_refused", denial.why(), denial.remedy(), details));
  }
}
