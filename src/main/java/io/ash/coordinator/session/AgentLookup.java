package io.ash.coordinator.session;

import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import java.util.List;

/** Finds agents. */
public interface AgentLookup {
  /** The agent as deployed now; fails with the refusal {@code AGENT_NOT_FOUND}. */
  Future<AgentForSession> find(String tenant, String name);

  /** Sandboxes to keep ready, for agents of all tenants. */
  Future<List<WarmWish>> warm();

  /** The key that names the blobs of a tenant. */
  Future<String> blobKey(String tenant);
}
