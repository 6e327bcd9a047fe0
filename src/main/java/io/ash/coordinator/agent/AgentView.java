package io.ash.coordinator.agent;

import io.ash.coordinator.store.AgentStore.AgentRow;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * An agent as it may be shown.
 *
 * @param path where it was deployed from: a path on the server, {@code uploaded:<name>} or {@code
 *     builtin:<name>}
 * @param env names of its variables; values are never shown
 * @param config JSON object
 */
public record AgentView(
    UUID id,
    String tenant,
    String name,
    int version,
    String path,
    AgentDefinition definition,
    List<String> env,
    String config,
    Instant createdAt,
    Instant updatedAt) {
  static AgentView of(AgentRow row) {
    return new AgentView(
        row.id(),
        row.tenant(),
        row.name(),
        row.version(),
        row.path(),
        AgentDefinition.fromJson(row.definition()),
        AgentEnv.names(row.env()),
        row.config(),
        row.createdAt(),
        row.updatedAt());
  }
}
