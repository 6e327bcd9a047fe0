package io.ash.coordinator.http;

import java.util.List;
import java.util.stream.Collectors;

/** A request that cannot be understood, with everything that is wrong with it. No stack trace. */
public final class Invalid extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int TOLD = 5;
  private final transient List<Violation> violations;

  public Invalid(List<Violation> violations) {
    super(sentence(violations), null, false, false);
    this.violations = List.copyOf(violations);
  }

  /** One thing that is wrong. */
  public Invalid(String path, String problem) {
    this(List.of(new Violation(path, problem)));
  }

  /** What is wrong, in the order it was found; at least one. */
  public List<Violation> violations() {
    return violations;
  }

  private static String sentence(List<Violation> all) {
    String told =
        all.stream().limit(TOLD).map(Violation::toString).collect(Collectors.joining("; "));
    return all.size() > TOLD ? told + "; and " + (all.size() - TOLD) + " more" : told;
  }
}
