package io.ash.app;

import io.ash.coordinator.agent.AgentDefinition;
import io.ash.coordinator.agent.AgentInUse;
import io.ash.coordinator.agent.Agents;
import io.ash.coordinator.auth.Tenants;
import io.ash.coordinator.session.AgentForSession;
import io.ash.coordinator.session.AgentLookup;
import io.ash.wire.RuntimeSpec;
import io.vertx.core.Future;

/** Finds agents for the session room in the agent room. */
final class AgentsForSessions implements AgentLookup {
  private final Agents agents;
  private final Tenants tenants;

  AgentsForSessions(Agents agents, Tenants tenants) {
    this.agents = agents;
    this.tenants = tenants;
  }

  @Override
  public Future<AgentForSession> find(String tenant, String name) {
    return agents.forSession(tenant, name).map(AgentsForSessions::forSession);
  }

  @Override
  public Future<String> blobKey(String tenant) {
    return tenants.blobKey(tenant);
  }

  private static AgentForSession forSession(AgentInUse agent) {
    AgentDefinition how = agent.definition();
    return new AgentForSession(
        agent.name(),
        agent.version(),
        agent.revision(),
        agent.manifest(),
        new RuntimeSpec(how.runtime(), how.command(), how.limits(), how.network(), how.snapshots()),
        agent.env(),
        agent.blobKey(),
        how.warnings());
  }
}
