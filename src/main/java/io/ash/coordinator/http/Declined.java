package io.ash.coordinator.http;

/** An answer of the door itself, as a failure: unknown route, wrong method, wrong media type. */
final class Declined extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Problem problem;

  Declined(Problem problem) {
    super(problem.message(), null, false, false);
    this.problem = problem;
  }

  Declined(int status, String code, String message) {
    this(new Problem(status, code, message));
  }

  Problem problem() {
    return problem;
  }
}
