package io.ash.coordinator.store;

/** A statement that was not answered as it should; names the operation and what is known. */
public abstract sealed class DatabaseFailure extends RuntimeException
    permits DatabaseUnavailable, PoolExhausted, OutcomeUnknown {
  private static final long serialVersionUID = 1L;
  private final String operation;

  DatabaseFailure(String operation, String message, Throwable cause) {
    super(operation + ": " + message, cause);
    this.operation = operation;
  }

  DatabaseFailure(String operation, String message) {
    super(operation + ": " + message);
    this.operation = operation;
  }

  /** The name of the statement or transaction, as its store calls it. */
  public String operation() {
    return operation;
  }
}
