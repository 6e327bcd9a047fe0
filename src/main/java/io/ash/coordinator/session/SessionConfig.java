package io.ash.coordinator.session;

import io.ash.config.Env;
import io.ash.model.Limits;
import java.time.Duration;

/**
 * Bounds of sessions.
 *
 * @param mostQueued turns that may wait behind the open one
 * @param openTimeout how long a caller waits for a sandbox
 * @param mostAllowed the most that an agent or a session may ask for
 * @param network what sandboxes reach
 */
public record SessionConfig(
    int mostQueued, Duration openTimeout, Limits mostAllowed, NetworkBounds network) {
  /** With the usual network. */
  public SessionConfig(int mostQueued, Duration openTimeout, Limits mostAllowed) {
    this(mostQueued, openTimeout, mostAllowed, NetworkBounds.USUAL);
  }

  /**
   * Reads {@code ASH_MAX_QUEUED_TURNS}, {@code ASH_OPEN_TIMEOUT_MS}, {@code
   * ASH_SANDBOX_LIMITS_MAX}.
   */
  public static SessionConfig read(Env env) {
    return new SessionConfig(
        env.number("ASH_MAX_QUEUED_TURNS", 16, 1, 1_000),
        Duration.ofMillis(env.number("ASH_OPEN_TIMEOUT_MS", 260_000, 1_000, 600_000)),
        env.parsed("ASH_SANDBOX_LIMITS_MAX", Limits::parse).orElse(Limits.UNSET),
        NetworkBounds.read(env));
  }
}
