package io.ash.model;

/**
 * A refusal on its way to the caller, as the failure of a future: the one exception that means "no"
 * and not "broken".
 *
 * <p>Carries no stack trace.
 */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Refusal refusal;

  public Refused(Refusal refusal, String message) {
    super(message, null, false, false);
    this.refusal = refusal;
  }

  /** Which "no" it is. */
  public Refusal refusal() {
    return refusal;
  }

  /** A sentence for the person who asked. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
