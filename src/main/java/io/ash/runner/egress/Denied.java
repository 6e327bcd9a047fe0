package io.ash.runner.egress;

/** Carries a "no" up to who answers. */
final class Denied extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Denial why;

  Denied(Denial why) {
    super(why.why(), null, false, false);
    this.why = why;
  }

  Denial why() {
    return why;
  }
}
