package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import io.ash.model.Limits;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settles the limits of a sandbox: what was asked for must be enforceable, what was not asked for
 * is enforced as far as the host can.
 */
final class LimitRules {
  private final Capabilities host;
  private final Limits operator;
  private final Limits allowed;

  /**
   * The rules of one host.
   *
   * @param operator asks for every sandbox that does not ask itself
   * @param allowed the most that anybody may ask for
   */
  LimitRules(Capabilities host, Limits operator, Limits allowed) {
    this.host = host;
    this.operator = operator;
    this.allowed = allowed;
  }

  /** Throws {@link SandboxUnavailable} where the operator asks for what this host cannot hold. */
  void orThrow() {
    operator
        .asked()
        .forEach(
            (kind, most) -> {
              if (unheld(kind)) {
                throw new SandboxUnavailable(
                    kind.setting()
                        + " is set, and this host cannot enforce it: "
                        + remedy(kind)
                        + "; or take the setting away, and sessions start without that limit");
              }
            });
  }

  /** Throws {@link Refused} for a limit that was asked for and that this host cannot enforce. */
  LimitsInForce settle(Limits asked) {
    asked.orThrowAbove(allowed);
    Map<LimitKind, Integer> most = new EnumMap<>(LimitKind.class);
    for (LimitKind kind : LimitKind.values()) {
      most.put(kind, settle(kind, asked.get(kind)));
    }
    return new LimitsInForce(most, host.heldBy());
  }

  /** Whether somebody limits the disk of a sandbox: then a limit must hold that nobody can pass. */
  boolean diskAsked(Limits asked) {
    Limits all = asked.over(operator);
    return all.get(LimitKind.DISK) != null || all.get(LimitKind.FILES) != null;
  }

  private int settle(LimitKind kind, @Nullable Integer asked) {
    if (asked == null) {
      int otherwise = or(operator.get(kind), kind.usual());
      return Math.min(otherwise, or(allowed.get(kind), otherwise));
    }
    if (asked <= 0) {
      throw new Refused(Refusal.INVALID_REQUEST, "limits." + kind.key() + " must be positive");
    }
    if (unheld(kind)) {
      throw new Refused(
          Refusal.LIMIT_NOT_ENFORCEABLE,
          "limits."
              + kind.key()
              + " was asked for, and this host cannot enforce it: "
              + remedy(kind));
    }
    return asked;
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }

  private boolean unheld(LimitKind kind) {
    return host.heldBy().getOrDefault(kind, Enforcement.NONE) == Enforcement.NONE;
  }

  private String remedy(LimitKind kind) {
    return host.remedies().getOrDefault(kind, "no means found");
  }
}
