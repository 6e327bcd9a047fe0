package io.ash.runner.dialect;

/** A line that is not what the dialect allows; says why in a clause without a subject. */
final class Malformed extends Exception {
  private static final long serialVersionUID = 1L;

  Malformed(String why) {
    super(why, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
