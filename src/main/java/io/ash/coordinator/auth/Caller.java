package io.ash.coordinator.auth;

import java.util.Optional;
import java.util.UUID;

/**
 * Whose request it is.
 *
 * @param tenant owner of everything the request may see or touch
 * @param keyId the stored key it came with; empty for the key from {@code ASH_API_KEY}
 */
public record Caller(String tenant, Optional<UUID> keyId) {
  /** The tenant of everybody who runs ash for themselves. */
  public static final String DEFAULT_TENANT = "default";
}
