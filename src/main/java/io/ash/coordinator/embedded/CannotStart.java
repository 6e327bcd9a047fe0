package io.ash.coordinator.embedded;

/**
 * The embedded PostgreSQL cannot run here; the message is one line that names what is wrong and
 * what a person can do about it. Nothing was changed in an existing cluster.
 */
public final class CannotStart extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CannotStart(String message) {
    super(message);
  }

  public CannotStart(String message, Throwable cause) {
    super(message, cause);
  }
}
