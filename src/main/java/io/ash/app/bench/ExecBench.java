package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** Time of a command that does nothing, run in the sandbox of a session. */
public final class ExecBench implements Bench {
  private final ApiClient api;
  private final Ticker ticker;
  private final InstantAgent agent;
  private final Latencies times = new Latencies();
  private String session = "";

  public ExecBench(ApiClient api, Ticker ticker, String agent) {
    this.api = api;
    this.ticker = ticker;
    this.agent = new InstantAgent(api, agent);
  }

  @Override
  public Future<Void> prepare() {
    return agent
        .deploy()
        .compose(v -> agent.open())
        .onSuccess(opened -> session = opened)
        .mapEmpty();
  }

  @Override
  public Future<Void> step(int loop) {
    long started = ticker.nanos();
    return api.post(session + "/exec", new JsonObject().put("command", "true"))
        .compose(
            answer -> {
              times.add(ticker.nanos() - started);
              return answer.getInteger("exitCode") == 0
                  ? Future.succeededFuture()
                  : Future.failedFuture("exit code " + answer.getInteger("exitCode"));
            });
  }

  @Override
  public void startCounting() {
    times.clear();
  }

  @Override
  public JsonObject results(double seconds) {
    return new JsonObject().put("execMs", times.json());
  }

  @Override
  public Future<Void> cleanUp() {
    return agent.end(session).transform(v -> agent.remove());
  }
}
