package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Time until the last of a hundred sessions is created that are asked for at the same moment. */
public final class BurstBench implements Bench {
  private static final int AT_ONCE = 100;

  private final Ticker ticker;
  private final InstantAgent agent;
  private final Latencies bursts = new Latencies();

  public BurstBench(ApiClient api, Ticker ticker, String agent) {
    this.ticker = ticker;
    this.agent = new InstantAgent(api, agent);
  }

  @Override
  public Future<Void> prepare() {
    return agent.deploy();
  }

  @Override
  public Future<Void> step(int loop) {
    long started = ticker.nanos();
    List<Future<String>> all = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      all.add(agent.open());
    }
    return Future.join(all)
        .onSuccess(v -> bursts.add(ticker.nanos() - started))
        .eventually(
            () -> agent.end(all.stream().filter(Future::succeeded).map(Future::result).toList()))
        .mapEmpty();
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
    return agent.remove();
  }
}
