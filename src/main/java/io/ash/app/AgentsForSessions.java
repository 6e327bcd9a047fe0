package io.ash.app;

import io.ash.coordinator.agent.AgentDefinition;
import io.ash.coordinator.agent.AgentInUse;
import io.ash.coordinator.agent.Agents;
import io.ash.coordinator.auth.Tenants;
import io.ash.coordinator.session.AgentForSession;
import io.ash.coordinator.session.AgentLookup;
import io.ash.coordinator.session.NetworkBounds;
import io.ash.wire.AgentFiles;
import io.ash.wire.RuntimeSpec;
import io.ash.wire.WarmSpec;
import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import java.util.List;

/** Finds agents for the session room in the agent room. */
final class AgentsForSessions implements AgentLookup {
  private final Agents agents;
  private final Tenants tenants;
  private final NetworkBounds network;

  AgentsForSessions(Agents agents, Tenants tenants, NetworkBounds network) {
    this.agents = agents;
    this.tenants = tenants;
    this.network = network;
  }

  @Override
  public Future<AgentForSession> find(String tenant, String name) {
    return agents.forSession(tenant, name).map(this::forSession);
  }

  @Override
  public Future<String> blobKey(String tenant) {
    return tenants.blobKey(tenant);
  }

  @Override
  public Future<List<WarmWish>> warm() {
    return agents.warm().map(all -> all.stream().map(this::wish).toList());
  }

  /**
   * The environment of a deployment may hold secrets, so no sandbox has it before its session; what
   * must see it runs when the session comes.
   */
  private WarmWish wish(Agents.InTenant of) {
    AgentInUse agent = of.agent();
    WarmSpec spec =
        new WarmSpec(
            of.tenant(),
            agent.blobKey(),
            new AgentFiles(agent.manifest(), agent.name(), agent.version()),
            runtime(agent.definition()),
            agent.definition().env(),
            agent.env().equals(agent.definition().env()));
    return new WarmWish(spec, agent.warm());
  }

  private RuntimeSpec runtime(AgentDefinition how) {
    return new RuntimeSpec(
        how.runtime(),
        how.command(),
        how.limits(),
        network.settled(how.network()),
        how.snapshots());
  }

  private AgentForSession forSession(AgentInUse agent) {
    AgentDefinition how = agent.definition();
    return new AgentForSession(
        agent.name(),
        agent.version(),
        agent.revision(),
        agent.manifest(),
        runtime(how),
        agent.env(),
        agent.blobKey(),
        how.warnings());
  }
}
