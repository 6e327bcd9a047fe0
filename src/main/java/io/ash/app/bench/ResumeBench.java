package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Time to resume a session with a small workspace: after a pause, with the sandbox still there, and
 * after a stop, from its snapshot.
 */
public final class ResumeBench implements Bench {
  private final ApiClient api;
  private final Ticker ticker;
  private final Plan plan;
  private final InstantAgent agent;
  private final Latencies warm = new Latencies();
  private final Latencies cold = new Latencies();
  private List<String> sessions = List.of();

  public ResumeBench(ApiClient api, Ticker ticker, Plan plan, String agent) {
    this.api = api;
    this.ticker = ticker;
    this.plan = plan;
    this.agent = new InstantAgent(api, agent);
  }

  @Override
  public Future<Void> prepare() {
    return agent
        .deploy()
        .compose(v -> agent.open(plan.sessions()))
        .onSuccess(opened -> sessions = opened)
        .mapEmpty();
  }

  @Override
  public Future<Void> step(int loop) {
    String session = sessions.get(loop);
    return resumed(session, "/pause", warm).compose(v -> resumed(session, "/stop", cold));
  }

  private Future<Void> resumed(String session, String after, Latencies times) {
    return api.post(session + after, new JsonObject())
        .compose(
            v -> {
              long started = ticker.nanos();
              return api.post(session + "/resume", new JsonObject())
                  .onSuccess(answer -> times.add(ticker.nanos() - started));
            })
        .mapEmpty();
  }

  @Override
  public void startCounting() {
    warm.clear();
    cold.clear();
  }

  @Override
  public JsonObject results(double seconds) {
    return new JsonObject().put("warmMs", warm.json()).put("coldMs", cold.json());
  }

  @Override
  public Future<Void> cleanUp() {
    return agent.end(sessions).transform(v -> agent.remove());
  }
}
