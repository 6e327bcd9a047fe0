package io.ash.coordinator.store;

/**
 * This database cannot be used, and waiting would not help; the message says why and what to
 * change.
 */
public final class DatabaseRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatabaseRefused(String message) {
    super(message);
  }

  DatabaseRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
