package io.ash.coordinator.store;

/** No connection became free in time; nothing was sent. Overload: answer 503 with Retry-After. */
public final class PoolExhausted extends DatabaseFailure {
  private static final long serialVersionUID = 1L;

  PoolExhausted(String operation, Throwable cause) {
    super(
        operation,
        "no database connection became free in time; try again later, or raise DATABASE_POOL_MAX",
        cause);
  }
}
