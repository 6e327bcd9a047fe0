package io.ash.coordinator.store;

/** The database could not do it now; nothing was changed, and a later try may succeed. */
public final class DatabaseUnavailable extends DatabaseFailure {
  private static final long serialVersionUID = 1L;

  DatabaseUnavailable(String operation, Throwable cause) {
    super(operation, "the database is not available (" + cause.getMessage() + ")", cause);
  }

  DatabaseUnavailable(String operation, String reason) {
    super(operation, "the database is not available (" + reason + ")");
  }
}
