package io.ash.coordinator.session;

import io.ash.wire.RuntimeSpec;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a session takes from its agent.
 *
 * @param revision another one after every change of the agent
 * @param blobKey key of the hash that names this tenant's blobs
 * @param warnings sentences for the person who creates a session
 */
public record AgentForSession(
    String name,
    int version,
    UUID revision,
    String manifest,
    RuntimeSpec runtime,
    Map<String, String> env,
    String blobKey,
    List<String> warnings) {}
