package io.ash.coordinator.http;

import io.ash.model.Refusal;

/** The one table from a refusal to its status; a new refusal does not compile without a row. */
final class Refusals {
  private Refusals() {}

  /** The HTTP status of a refusal. */
  static int status(Refusal refusal) {
    return switch (refusal) {
      case INVALID_REQUEST, WRONG_STATE, FILE_REFUSED -> 400;
      case UNAUTHORIZED -> 401;
      case NOT_FOUND, AGENT_NOT_FOUND, SESSION_NOT_FOUND, FILE_NOT_FOUND -> 404;
      case TURN_RUNNING, FENCED, WORKSPACE_DAMAGED -> 409;
      case SESSION_ENDED -> 410;
      case TOO_LARGE -> 413;
      case IDEMPOTENCY_MISMATCH,
          RUNTIME_NOT_AVAILABLE,
          NOT_SUPPORTED_YET,
          NOT_CONFIGURED,
          LIMIT_NOT_ENFORCEABLE ->
          422;
      case QUEUE_FULL, TOO_MANY_REQUESTS -> 429;
      case SANDBOX_FAILED, DAMAGED -> 500;
      case STORAGE_FULL -> 507;
      case NO_CAPACITY, SANDBOX_GONE, OUTCOME_UNKNOWN, UNAVAILABLE -> 503;
    };
  }

  /** Seconds after which trying again makes sense; 0 where waiting does not help. */
  static int retryAfterSeconds(Refusal refusal) {
    return switch (refusal) {
      case NO_CAPACITY -> 5;
      case QUEUE_FULL, UNAVAILABLE, OUTCOME_UNKNOWN -> 2;
      case TOO_MANY_REQUESTS, SANDBOX_GONE, TURN_RUNNING -> 1;
      default -> 0;
    };
  }
}
