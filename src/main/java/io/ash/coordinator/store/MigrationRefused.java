package io.ash.coordinator.store;

/**
 * The schema is not one that this ash may change or use; the message says why and the way back.
 * Nothing was touched.
 */
public final class MigrationRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MigrationRefused(String message) {
    super(message);
  }

  MigrationRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
