package io.ash.coordinator.session;

import io.vertx.core.Future;

/** Finds agents. */
public interface AgentLookup {
  /** The agent as deployed now; fails with the refusal {@code AGENT_NOT_FOUND}. */
  Future<AgentForSession> find(String tenant, String name);

  /** The key that names the blobs of a tenant. */
  Future<String> blobKey(String tenant);
}
