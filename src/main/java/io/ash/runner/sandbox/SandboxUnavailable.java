package io.ash.runner.sandbox;

/** Sandboxes do not work on this host; the message is one line with the remedy. */
public final class SandboxUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SandboxUnavailable(String message) {
    super(message, null, false, false);
  }
}
