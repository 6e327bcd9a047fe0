package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * Time to create a session with an agent that needs next to nothing; ending it is not counted. In
 * turns with a network that is an allow-list, as is usual, and with none.
 */
public final class CreateBench implements Bench {
  private final Ticker ticker;
  private final InstantAgent usual;
  private final InstantAgent shut;
  private final Latencies created = new Latencies();
  private final Latencies withoutNetwork = new Latencies();

  public CreateBench(ApiClient api, Ticker ticker, String agent) {
    this.ticker = ticker;
    this.usual = new InstantAgent(api, agent);
    this.shut = new InstantAgent(api, agent + "-shut");
  }

  @Override
  public Future<Void> prepare() {
    return usual
        .deploy("network: {mode: allowlist}\n")
        .compose(v -> shut.deploy("network: {mode: none}\n"));
  }

  @Override
  public Future<Void> step(int loop) {
    return timed(usual, created).compose(v -> timed(shut, withoutNetwork));
  }

  private Future<Void> timed(InstantAgent agent, Latencies times) {
    long started = ticker.nanos();
    return agent
        .open()
        .onSuccess(session -> times.add(ticker.nanos() - started))
        .compose(agent::end);
  }

  @Override
  public void startCounting() {
    created.clear();
    withoutNetwork.clear();
  }

  @Override
  public JsonObject results(double seconds) {
    return new JsonObject()
        .put("createMs", created.json())
        .put("withoutNetworkMs", withoutNetwork.json());
  }

  @Override
  public Future<Void> cleanUp() {
    return usual.remove().transform(v -> shut.remove());
  }
}
