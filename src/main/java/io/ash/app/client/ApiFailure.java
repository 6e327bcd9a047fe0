package io.ash.app.client;

/** The server said no, or something that is no answer of this API. */
public final class ApiFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int status;

  ApiFailure(String call, int status, String text) {
    super(call + " answered " + status + ": " + text, null, false, false);
    this.status = status;
  }

  /** HTTP status. */
  public int status() {
    return status;
  }
}
