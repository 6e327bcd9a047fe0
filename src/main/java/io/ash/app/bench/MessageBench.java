package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.app.client.Frame;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Messages to sessions of an agent that answers at once: time to its first event and to done, and
 * how many messages and events pass in a second.
 */
public final class MessageBench implements Bench {
  private final ApiClient api;
  private final Ticker ticker;
  private final Plan plan;
  private final InstantAgent agent;
  private final Latencies first = new Latencies();
  private final Latencies done = new Latencies();
  private final AtomicLong events = new AtomicLong();
  private final AtomicLong deltas = new AtomicLong();
  private List<String> sessions = List.of();

  public MessageBench(ApiClient api, Ticker ticker, Plan plan, String agent) {
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
    long started = ticker.nanos();
    Turn turn = new Turn(started);
    JsonObject message =
        new JsonObject().put("content", "events=" + plan.events() + " deltas=" + plan.deltas());
    return api.stream(sessions.get(loop) + "/messages", message, turn::take)
        .compose(v -> turn.judge());
  }

  @Override
  public void startCounting() {
    first.clear();
    done.clear();
    events.set(0);
    deltas.set(0);
  }

  @Override
  public JsonObject results(double seconds) {
    return new JsonObject()
        .put("firstEventMs", first.json())
        .put("doneMs", done.json())
        .put("messagesPerSecond", Latencies.round(done.count() / seconds))
        .put("eventsPerSecond", Latencies.round(events.get() / seconds))
        .put("deltasPerSecond", Latencies.round(deltas.get() / seconds));
  }

  @Override
  public Future<Void> cleanUp() {
    return agent.end(sessions).transform(v -> agent.remove());
  }

  /** What one stream brought. */
  private final class Turn {
    private final long started;
    private long firstAt;
    private boolean complete;
    private String error = "";

    Turn(long started) {
      this.started = started;
    }

    void take(Frame frame) {
      switch (frame.event()) {
        case "session_start" -> {}
        case "done" -> complete = true;
        case "error" -> error = frame.data().encode();
        default -> {
          if (firstAt == 0) {
            firstAt = ticker.nanos();
          }
          events.incrementAndGet();
          if (frame.event().equals("text_delta")) {
            deltas.incrementAndGet();
          }
        }
      }
    }

    Future<Void> judge() {
      if (!complete || !error.isEmpty()) {
        return Future.failedFuture("a stream ended without done " + error);
      }
      first.add(firstAt - started);
      done.add(ticker.nanos() - started);
      return Future.succeededFuture();
    }
  }
}
