package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.app.client.BuiltInAgent;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Time until the last of a hundred sessions is created that are asked for at the same moment. */
public final class BurstBench implements Bench {
  private static final int AT_ONCE = 100;

  private final ApiClient api;
  private final Ticker ticker;
  private final String agent;
  private final Latencies bursts = new Latencies();

  public BurstBench(ApiClient api, Ticker ticker, String agent) {
    this.api = api;
    this.ticker = ticker;
    this.agent = agent;
  }

  @Override
  public Future<Void> prepare() {
    return api.post("/api/agents", BuiltInAgent.deploy("instant", agent)).mapEmpty();
  }

  @Override
  public Future<Void> step(int loop) {
    long started = ticker.nanos();
    List<Future<JsonObject>> all = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      all.add(api.post("/api/sessions", new JsonObject().put("agent", agent)));
    }
    return Future.join(all)
        .onSuccess(v -> bursts.add(ticker.nanos() - started))
        .eventually(() -> endAll(all))
        .mapEmpty();
  }

  private Future<Void> endAll(List<Future<JsonObject>> created) {
    List<Future<JsonObject>> ended = new ArrayList<>();
    for (Future<JsonObject> one : created) {
      if (one.succeeded()) {
        String id = one.result().getJsonObject("session").getString("id");
        ended.add(api.delete("/api/sessions/" + id));
      }
    }
    return ended.isEmpty() ? Future.succeededFuture() : Future.join(ended).mapEmpty();
  }

  @Override
  public void startCounting() {
    bursts.clear();
  }

  @Override
  public JsonObject results(double seconds) {
    return new JsonObject().put("burstOf", AT_ONCE).put("burstMs", bursts.json());
  }

  @Override
  public Future<Void> cleanUp() {
    return api.delete("/api/agents/" + agent).mapEmpty();
  }
}
