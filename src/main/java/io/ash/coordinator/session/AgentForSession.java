package io.ash.coordinator.session;

import io.ash.wire.RuntimeSpec;
import java.util.List;
import java.util.Map;

/**
 * What a session takes from its agent.
 *
 * @param blobKey key of the hash that names this tenant's blobs
 * @param warnings sentences for the person who creates a session
 */
public record AgentForSession(
    String name,
    int version,
    String manifest,
    RuntimeSpec runtime,
    Map<String, String> env,
    String blobKey,
    List<String> warnings) {}
