package io.ash.app.client;

import java.net.URI;

/** The server said no, said something that is no answer of this API, or cannot be reached. */
public final class ApiFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int status;

  ApiFailure(String call, int status, String text) {
    super(call + " answered " + status + ": " + text, null, false, false);
    this.status = status;
  }

  ApiFailure(URI url, Throwable cause) {
    super("no answer from " + url + ": " + cause.getMessage(), null, false, false);
    this.status = 0;
  }

  /** HTTP status; 0 where there was no answer. */
  public int status() {
    return status;
  }
}
