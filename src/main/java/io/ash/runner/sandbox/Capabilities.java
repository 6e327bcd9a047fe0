package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import java.util.Map;

/**
 * What this host can enforce.
 *
 * @param heldBy how each kind of limit would be held
 * @param remedies for each kind that is not held by a control group, what to change on the host
 */
public record Capabilities(Map<LimitKind, Enforcement> heldBy, Map<LimitKind, String> remedies) {
  public Capabilities {
    heldBy = Map.copyOf(heldBy);
    remedies = Map.copyOf(remedies);
  }
}
