package io.ash.coordinator.store;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Reads meaning from what the driver fails with. */
final class Sql {
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String FOREIGN_KEY_VIOLATION = "23503";
  private static final Set<String> RETRIED = Set.of("40001", "40P01");

  /** Answers that say: not done, and not because of the statement. */
  private static final Set<String> NOT_NOW =
      Set.of(
          "57P01", // administrator shut the server down
          "57P02", // the server crashed
          "57P03", // it is starting
          "57P05", // idle session ended
          "57014", // statement_timeout
          "55P03", // lock_timeout
          "53100", // the disk is full
          "53300", // too many connections
          "25006", // read-only: a standby
          "25P03"); // idle in transaction too long

  private Sql() {}

  /** The SQLSTATE of an answer of the server. */
  static Optional<String> state(Throwable failure) {
    return failure instanceof PgException e
        ? Optional.ofNullable(e.getSqlState())
        : Optional.empty();
  }

  /** Whether a row with this key is there already: for stores, the sign of a replay. */
  static boolean isUniqueViolation(Throwable failure) {
    return state(failure).filter(UNIQUE_VIOLATION::equals).isPresent();
  }

  /** The same, for one named constraint. */
  static boolean isUniqueViolation(Throwable failure, String constraint) {
    return isUniqueViolation(failure)
        && failure instanceof PgException e
        && constraint.equals(e.getConstraint());
  }

  /** Whether a row that was referred to is not there, or went while the statement ran. */
  static boolean isForeignKeyViolation(Throwable failure) {
    return state(failure).filter(FOREIGN_KEY_VIOLATION::equals).isPresent();
  }

  /** Whether the statement lost against another and may simply be sent again. */
  static boolean isRetried(Throwable failure) {
    return state(failure).filter(RETRIED::contains).isPresent();
  }

  /** Whether the server said that it cannot do it now; nothing was changed. */
  static boolean isNotNow(Throwable failure) {
    return state(failure).filter(s -> NOT_NOW.contains(s) || s.startsWith("08")).isPresent();
  }

  /** Whether the connection broke. */
  static boolean isLost(Throwable failure) {
    return failure instanceof ClosedConnectionException
        || failure instanceof IOException
        || "Connection closed".equals(failure.getMessage())
        || "Connection was closed".equals(failure.getMessage());
  }
}
