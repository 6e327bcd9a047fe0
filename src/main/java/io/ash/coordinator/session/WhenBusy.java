package io.ash.coordinator.session;

/** What becomes of a message while a turn runs. */
public enum WhenBusy {
  /** It waits its turn. */
  QUEUE,
  /** It is refused. */
  REFUSE,
  /** The running turn is interrupted, then it comes. */
  INTERRUPT
}
