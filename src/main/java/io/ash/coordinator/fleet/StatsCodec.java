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
        .put("preWarmHits", s.preWarmHits())
        .put("evicted", s.evicted())
        .encode();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @param cap where a runner has said nothing yet
   */
  static PoolStats decode(String text, int cap) {
    JsonObject o = new JsonObject(text);
    return new PoolStats(
        o.getInteger("cold", 0),
        o.getInteger("warming", 0),
        o.getInteger("warm", 0),
        o.getInteger("waiting", 0),
        o.getInteger("running", 0),
        o.getInteger("maxCapacity", cap),
        o.getLong("preWarmHits", 0L),
        o.getLong("evicted", 0L));
  }
}
