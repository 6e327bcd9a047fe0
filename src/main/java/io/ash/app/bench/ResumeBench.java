package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.app.client.BuiltInAgent;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * Time to resume a session with a small workspace: after a pause, with the sandbox still there, and
 * after a stop, from its snapshot.
 */
public final class ResumeBench implements Bench {
  private final ApiClient api;
  private final Ticker ticker;
  private final Plan plan;
  private final String agent;
  private final List<String> sessions = new ArrayList<>();
  private final Latencies warm = new Latencies();
  private final Latencies cold = new Latencies();

  public ResumeBench(ApiClient api, Ticker ticker, Plan plan, String agent) {
    this.api = api;
    this.ticker = ticker;
    this.plan = plan;
    this.agent = agent;
  }

  @Override
  public Future<Void> prepare() {
    Future<Void> ready = api.post("/api/agents", BuiltInAgent.deploy("instant", agent)).mapEmpty();
    for (int i = 0; i < plan.sessions(); i++) {
      ready =
          ready
              .compose(v -> api.post("/api/sessions", new JsonObject().put("agent", agent)))
              .map(
                  answer -> {
                    sessions.add(answer.getJsonObject("session").getString("id"));
                    return null;
                  });
    }
    return ready;
  }

  @Override
  public Future<Void> step(int loop) {
    String session = "/api/sessions/" + sessions.get(loop);
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
    List<Future<JsonObject>> ended = new ArrayList<>();
    sessions.forEach(id -> ended.add(api.delete("/api/sessions/" + id)));
    return Future.join(ended).transform(v -> api.delete("/api/agents/" + agent)).mapEmpty();
  }
}
