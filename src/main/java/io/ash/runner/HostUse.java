package io.ash.runner;

import io.ash.time.Ticker;

/** When a session last did anything, and how many commands and changes run beside its agent. */
final class HostUse {
  private final Ticker ticker;
  private int running;
  private long lastAt;

  HostUse(Ticker ticker) {
    this.ticker = ticker;
    this.lastAt = ticker.nanos();
  }

  /** A command or a change of files begins. */
  void begin() {
    running++;
  }

  /** It is over. */
  void end() {
    running--;
    lastAt = ticker.nanos();
  }

  /** A turn begins or ends. */
  void turn() {
    lastAt = ticker.nanos();
  }

  /** Whether a command or a change of files runs. */
  boolean running() {
    return running > 0;
  }

  /** Milliseconds since the last use. */
  long millisSince() {
    return ticker.millisSince(lastAt);
  }
}
