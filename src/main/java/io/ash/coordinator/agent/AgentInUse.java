package io.ash.coordinator.agent;

import java.util.Map;
import java.util.UUID;

/**
 * An agent as a session needs it.
 *
 * @param revision another one after every change of the agent, its environment included
 * @param manifest key of the blob that lists its files
 * @param blobKey key that names the blobs of its tenant, hexadecimal
 * @param warm sandboxes to keep ready: {@code preWarmCount} of its config, else what {@code
 *     ash.yaml} says
 * @param env from {@code ash.yaml}, and over it the one set by deploy and patch; in the clear
 */
public record AgentInUse(
    UUID id,
    String name,
    int version,
    UUID revision,
    String manifest,
    String blobKey,
    AgentDefinition definition,
    int warm,
    Map<String, String> env) {}
