package io.ash.runner;

import io.ash.wire.LogEntry;
import io.ash.wire.LogPage;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;

/** The newest lines of one session's log: a bounded number, of bounded size together. */
final class LogRing {
  static final int MAX_ENTRIES = 10_000;
  static final int MAX_CHARS = 4 << 20;

  /** Longer lines are cut. */
  static final int MAX_LINE = 16 << 10;

  private final InstantSource clock;
  private final ArrayDeque<LogEntry> entries = new ArrayDeque<>();
  private long chars;
  private long next;

  LogRing(InstantSource clock) {
    this.clock = clock;
  }

  void stderr(String text) {
    add("stderr", text);
  }

  void system(String text) {
    add("system", text);
  }

  /** Adds every line of a text. */
  void system(List<String> lines) {
    lines.forEach(this::system);
  }

  private void add(String level, String text) {
    String line = text.length() > MAX_LINE ? text.substring(0, MAX_LINE) + " …" : text;
    String ts = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
    entries.add(new LogEntry(next++, level, line, ts));
    chars += line.length();
    while (entries.size() > MAX_ENTRIES || chars > MAX_CHARS) {
      chars -= entries.remove().text().length();
    }
  }

  /** Entries with an index above {@code index}, oldest first. */
  LogPage after(long index) {
    return new LogPage(entries.stream().filter(e -> e.index() > index).toList());
  }
}
