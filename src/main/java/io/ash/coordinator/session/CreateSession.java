package io.ash.coordinator.session;

import io.ash.model.Limits;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A wish for a session.
 *
 * @param settings JSON object: model, systemPrompt, permissionMode, mcpServers, allowedTools, …
 * @param extraEnv environment of the agent beside its own
 * @param idempotencyKey makes a repeated wish find the first session
 * @param bodyHash tells a repeated wish from another one under the same key
 * @param limits what the sandbox may use, over the agent's own
 */
public record CreateSession(
    String tenant,
    String agent,
    String settings,
    Map<String, String> extraEnv,
    @Nullable String idempotencyKey,
    String bodyHash,
    Limits limits) {}
