package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * Time to create a session for which a sandbox waits; waiting for the next one and ending the
 * session are not counted. How many really found one is told beside it.
 */
public final class CreateWarmBench implements Bench {
  private static final int KEPT = 4;

  private final ApiClient api;
  private final Ticker ticker;
  private final InstantAgent agent;
  private final Latencies created = new Latencies();
  private long hitsBefore;
  private long hits;

  public CreateWarmBench(ApiClient api, Ticker ticker, String agent) {
    this.api = api;
    this.ticker = ticker;
    this.agent = new InstantAgent(api, agent);
  }

  @Override
  public Future<Void> prepare() {
    return agent.deploy().compose(v -> agent.keepReady(KEPT));
  }

  @Override
  public Future<Void> step(int loop) {
    return oneWaits()
        .compose(
            v -> {
              long started = ticker.nanos();
              return agent.open().onSuccess(session -> created.add(ticker.nanos() - started));
            })
        .compose(agent::end);
  }

  /** All that are kept wait, so that nothing is being prepared while the clock runs. */
  private Future<Void> oneWaits() {
    return api.get("/health")
        .compose(
            health -> {
              JsonObject pool = health.getJsonObject("pool");
              hits = pool.getLong("preWarmHits");
              return pool.getInteger("warm") >= KEPT && pool.getInteger("warming") == 0
                  ? Future.succeededFuture()
                  : oneWaits();
            });
  }

  @Override
  public void startCounting() {
    created.clear();
    hitsBefore = hits;
  }

  @Override
  public JsonObject results(double seconds) {
    return new JsonObject().put("createMs", created.json()).put("warmHits", hits - hitsBefore);
  }

  @Override
  public Future<Void> cleanUp() {
    return agent.remove();
  }
}
