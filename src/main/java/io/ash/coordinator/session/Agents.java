package io.ash.coordinator.session;

import io.ash.model.Remembered;
import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import java.util.List;

/**
 * Remembers agents that were looked up; a remembered one that is no longer current creates nothing,
 * so being old costs one more statement and never a wrong session. Thread-safe.
 */
final class Agents {
  private static final int REMEMBERED = 1_000;

  private final AgentLookup lookup;
  private final Remembered<Key, AgentForSession> known = new Remembered<>(REMEMBERED);

  Agents(AgentLookup lookup) {
    this.lookup = lookup;
  }

  private record Key(String tenant, String name) {}

  Future<AgentForSession> find(String tenant, String name) {
    Key key = new Key(tenant, name);
    AgentForSession agent = known.get(key);
    return agent == null
        ? lookup.find(tenant, name).onSuccess(found -> known.put(key, found))
        : Future.succeededFuture(agent);
  }

  void forget(String tenant, String name) {
    known.remove(new Key(tenant, name));
  }

  Future<List<WarmWish>> warm() {
    return lookup.warm();
  }

  Future<String> blobKey(String tenant) {
    return lookup.blobKey(tenant);
  }
}
