package io.ash.wire;

/**
 * A call between the wings that brought no answer, as the failure of a future.
 *
 * <p>Carries no stack trace: it names the call and the target instead.
 */
public final class LinkFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Kind kind;

  public LinkFailure(Kind kind, String call, String target, String detail) {
    super(call + " to " + target + ": " + detail, null, false, false);
    this.kind = kind;
  }

  /** What is known about the call. */
  public Kind kind() {
    return kind;
  }

  /** What is known about a call without an answer. */
  public enum Kind {
    /** Nobody was there: it did not happen. */
    NOT_DELIVERED,
    /** No answer in time: it may have happened or still happen. */
    TIMED_OUT,
    /** The other side broke while it answered: it may have happened. */
    BROKEN
  }
}
