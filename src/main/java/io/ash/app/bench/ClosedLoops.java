package io.ash.app.bench;

import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Runs a bench: every loop makes its next call when the one before was answered. */
public final class ClosedLoops {
  private final Vertx vertx;
  private final Ticker ticker;
  private final Plan plan;
  private final Map<String, Integer> errors = new ConcurrentHashMap<>();

  public ClosedLoops(Vertx vertx, Ticker ticker, Plan plan) {
    this.vertx = vertx;
    this.ticker = ticker;
    this.plan = plan;
  }

  /** Prepares, warms up, counts, cleans up; the results with their errors. */
  public Future<JsonObject> run(Bench bench) {
    return bench
        .prepare()
        .compose(v -> loops(bench, plan.warmup()))
        .compose(
            v -> {
              errors.clear();
              bench.startCounting();
              long started = ticker.nanos();
              return loops(bench, plan.length())
                  .map(done -> bench.results((ticker.nanos() - started) / 1e9));
            })
        .eventually(bench::cleanUp)
        .map(results -> results.put("errors", count()).put("errorTexts", texts()));
  }

  private Future<Void> loops(Bench bench, Duration length) {
    long until = ticker.nanos() + length.toNanos();
    List<Future<Void>> all = new ArrayList<>();
    for (int i = 0; i < plan.sessions(); i++) {
      int loop = i;
      Promise<Void> ended = Promise.promise();
      vertx.runOnContext(v -> next(bench, loop, until, ended));
      all.add(ended.future());
    }
    return Future.all(all).mapEmpty();
  }

  /** One step, then the next; through the event loop, so that the stack does not grow. */
  private void next(Bench bench, int loop, long until, Promise<Void> ended) {
    if (ticker.nanos() - until >= 0) {
      ended.complete();
      return;
    }
    bench
        .step(loop)
        .onFailure(e -> errors.merge(String.valueOf(e.getMessage()), 1, Integer::sum))
        .onComplete(done -> vertx.runOnContext(v -> next(bench, loop, until, ended)));
  }

  private int count() {
    return errors.values().stream().mapToInt(i -> i).sum();
  }

  private JsonArray texts() {
    JsonArray texts = new JsonArray();
    errors.keySet().stream().sorted().limit(5).forEach(texts::add);
    return texts;
  }
}
