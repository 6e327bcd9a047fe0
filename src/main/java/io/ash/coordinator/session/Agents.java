package io.ash.coordinator.session;

import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers agents that were looked up; a remembered one that is no longer current creates nothing,
 * so being old costs one more statement and never a wrong session. Thread-safe.
 */
final class Agents {
  private static final int REMEMBERED = 1_000;

  private final AgentLookup lookup;
  private final Map<Key, AgentForSession> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, AgentForSession> eldest) {
          return size() > REMEMBERED;
        }
      };

  Agents(AgentLookup lookup) {
    this.lookup = lookup;
  }

  private record Key(String tenant, String name) {}

  Future<AgentForSession> find(String tenant, String name) {
    Key key = new Key(tenant, name);
    synchronized (known) {
      AgentForSession agent = known.get(key);
      if (agent != null) {
        return Future.succeededFuture(agent);
      }
    }
    return lookup
        .find(tenant, name)
        .onSuccess(
            agent -> {
              synchronized (known) {
                known.put(key, agent);
              }
            });
  }

  void forget(String tenant, String name) {
    synchronized (known) {
      known.remove(new Key(tenant, name));
    }
  }

  Future<List<WarmWish>> warm() {
    return lookup.warm();
  }

  Future<String> blobKey(String tenant) {
    return lookup.blobKey(tenant);
  }
}
