package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.app.client.BuiltInAgent;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** Time to create a session with an agent that needs next to nothing; ending it is not counted. */
public final class CreateBench implements Bench {
  private final ApiClient api;
  private final Ticker ticker;
  private final String agent;
  private final Latencies created = new Latencies();

  public CreateBench(ApiClient api, Ticker ticker, String agent) {
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
    return api.post("/api/sessions", new JsonObject().put("agent", agent))
        .compose(
            answer -> {
              created.add(ticker.nanos() - started);
              return api.delete("/api/sessions/" + answer.getJsonObject("session").getString("id"));
            })
        .mapEmpty();
  }

  @Override
  public void startCounting() {
    created.clear();
  }

  @Override
  public JsonObject results(double seconds) {
    return new JsonObject().put("createMs", created.json());
  }

  @Override
  public Future<Void> cleanUp() {
    return api.delete("/api/agents/" + agent).mapEmpty();
  }
}
