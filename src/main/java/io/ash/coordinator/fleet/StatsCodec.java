package io.ash.coordinator.fleet;

import io.ash.model.PoolStats;
import io.vertx.core.json.JsonObject;

/** Pool statistics as the JSON text that a runner's row keeps. */
final class StatsCodec {
  private StatsCodec() {}

  static String encode(PoolStats s) {
    return new JsonObject()
        .put("cold", s.cold())
        .put("warming", s.warming())
        .put("warm", s.warm())
        .put("waiting", s.waiting())
        .put("running", s.running())
        .put("maxCapacity", s.maxCapacity())
        .put("resumeWarmHits", s.resumeWarmHits())
        .put("resumeColdHits", s.resumeColdHits())
        .put("preWarmHits", s.preWarmHits())
        .encode();
  }
}
