package io.ash.coordinator.store;

/** The statement was sent and its answer is missing: it may have been done or not. */
public final class OutcomeUnknown extends DatabaseFailure {
  private static final long serialVersionUID = 1L;

  OutcomeUnknown(String operation, Throwable cause) {
    super(operation, "sent, but the answer was lost (" + cause.getMessage() + ")", cause);
  }

  OutcomeUnknown(String operation, String reason) {
    super(operation, "sent, but the answer was lost (" + reason + ")");
  }
}
