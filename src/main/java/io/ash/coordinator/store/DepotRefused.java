package io.ash.coordinator.store;

/** A depot that this database must not use; the message says why and what helps. */
public final class DepotRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DepotRefused(String message) {
    super(message, null, false, false);
  }
}
