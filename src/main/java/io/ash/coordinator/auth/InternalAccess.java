package io.ash.coordinator.auth;

import io.ash.config.Secret;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Guards routes for the operator's own platform with {@code ASH_INTERNAL_SECRET}.
 *
 * <p>Without the secret they answer only where the server listens on loopback alone. Who is asking
 * is never decided by the address of the peer: behind a local proxy everybody is 127.0.0.1.
 */
public final class InternalAccess {
  private final Optional<Secret> secret;
  private final boolean loopbackOnly;

  /**
   * A guard.
   *
   * @param loopbackOnly whether the server listens on a loopback address and nowhere else
   */
  public InternalAccess(Optional<Secret> secret, boolean loopbackOnly) {
    this.secret = secret;
    this.loopbackOnly = loopbackOnly;
  }

  /** Why a request with this Authorization header may not pass, or nothing. */
  public Optional<Refused> refusal(@Nullable String authorization) {
    if (secret.isEmpty()) {
      return loopbackOnly
          ? Optional.empty()
          : Optional.of(
              new Refused(
                  Refusal.UNAVAILABLE,
                  "Internal endpoints disabled — ASH_INTERNAL_SECRET is required in production"));
    }
    String sent = authorization == null ? "" : authorization;
    if (sent.startsWith("Bearer ") && secret.get().matches(sent.substring("Bearer ".length()))) {
      return Optional.empty();
    }
    return Optional.of(
        new Refused(Refusal.UNAUTHORIZED, "Unauthorized — invalid or missing internal secret"));
  }
}
