package io.ash.coordinator.agent;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to deploy.
 *
 * @param name of the agent: 1 to 255 letters, digits, {@code _} and {@code -}
 * @param systemPrompt becomes {@code CLAUDE.md} where the files bring none
 * @param env replaces the environment; null keeps the one that is there
 */
public record Deploy(
    String tenant,
    String name,
    Source source,
    @Nullable String systemPrompt,
    @Nullable Map<String, String> env) {}
