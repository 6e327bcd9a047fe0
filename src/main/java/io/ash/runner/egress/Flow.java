package io.ash.runner.egress;

/** A connection of a program inside. Confined to the loop of its outlet. */
interface Flow {
  /** Whether it may go on under other rules. */
  boolean allowedBy(Rules rules);

  /** Ends it at once. */
  void cut();
}
