package io.ash.model;

import java.util.Locale;

/**
 * An expected "no", as a value with a stable code. How each is rendered is decided in one place of
 * the public door.
 */
public enum Refusal {
  INVALID_REQUEST,
  UNAUTHORIZED,
  NOT_FOUND,
  AGENT_NOT_FOUND,
  SESSION_NOT_FOUND,
  WRONG_STATE,
  SESSION_ENDED,
  QUEUE_FULL,
  TURN_RUNNING,
  IDEMPOTENCY_MISMATCH,
  NO_CAPACITY,
  RUNTIME_NOT_AVAILABLE,
  NOT_SUPPORTED_YET,
  NOT_CONFIGURED,
  LIMIT_NOT_ENFORCEABLE,
  SANDBOX_FAILED,
  SANDBOX_GONE,
  FILE_NOT_FOUND,
  FILE_REFUSED,
  WORKSPACE_DAMAGED,
  TOO_LARGE,
  /** No room is left for what was to be written. */
  STORAGE_FULL,
  TOO_MANY_REQUESTS,
  OUTCOME_UNKNOWN,
  UNAVAILABLE,
  DAMAGED,
  FENCED;

  /** The stable code: this name in lower case. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
