package io.ash.app.bench;

import io.ash.app.client.ApiClient;
import io.ash.time.Ticker;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * Time to save a large workspace of which little changed: three files are written, then the session
 * is paused, which is answered when the snapshot is attached. The same without a change beside it.
 */
public final class SnapshotBench implements Bench {
  private static final int MOST_WAITS = 60;

  private final ApiClient api;
  private final Ticker ticker;
  private final InstantAgent agent;
  private final int files;
  private final int mebibytes;
  private final Latencies changed = new Latencies();
  private final Latencies unchanged = new Latencies();
  private String session = "";
  private long began;
  private double firstSeconds;
  private int round;

  /**
   * A bench with one session.
   *
   * @param files how many files its workspace has
   * @param mebibytes of noise in them together
   */
  public SnapshotBench(ApiClient api, Ticker ticker, String agent, int files, int mebibytes) {
    this.api = api;
    this.ticker = ticker;
    this.agent = new InstantAgent(api, agent);
    this.files = files;
    this.mebibytes = mebibytes;
  }

  @Override
  public Future<Void> prepare() {
    JsonObject limits = new JsonObject().put("diskMb", 2 * mebibytes + 256);
    long each = ((long) mebibytes << 20) / files;
    String fill =
        "mkdir -p tree && cd tree && head -c "
            + each * files
            + " /dev/urandom | split -a 6 -d -b "
            + each
            + " - f";
    return agent
        .deploy()
        .compose(v -> agent.open(new JsonObject().put("limits", limits)))
        .compose(
            opened -> {
              session = opened;
              return exec(fill);
            })
        .compose(v -> first());
  }

  /** Pauses until a pause is answered at once: then everything is saved. */
  private Future<Void> first() {
    began = ticker.nanos();
    return untilSaved(0)
        .map(
            v -> {
              firstSeconds = (ticker.nanos() - began) / 1e9;
              return null;
            });
  }

  private Future<Void> untilSaved(int waits) {
    long started = ticker.nanos();
    return rest()
        .compose(
            v -> {
              boolean atOnce = ticker.nanos() - started < 2_000_000_000L;
              if (atOnce && waits > 0) {
                return Future.succeededFuture();
              }
              return waits < MOST_WAITS
                  ? untilSaved(waits + 1)
                  : Future.failedFuture("the first snapshot is never done");
            });
  }

  @Override
  public Future<Void> step(int loop) {
    String write = "for i in 1 2 3; do echo " + round++ + " > tree/changed$i; done";
    return exec(write).compose(v -> timed(changed)).compose(v -> timed(unchanged));
  }

  private Future<Void> timed(Latencies latencies) {
    long started = ticker.nanos();
    return api.post(path("pause"), new JsonObject())
        .map(
            v -> {
              latencies.add(ticker.nanos() - started);
              return null;
            })
        .compose(v -> api.post(path("resume"), new JsonObject()))
        .mapEmpty();
  }

  private Future<Void> rest() {
    return api.post(path("pause"), new JsonObject())
        .compose(v -> api.post(path("resume"), new JsonObject()))
        .mapEmpty();
  }

  private Future<Void> exec(String command) {
    return api.post(path("exec"), new JsonObject().put("command", command).put("timeout", 120_000))
        .compose(
            done ->
                done.getInteger("exitCode") == 0
                    ? Future.succeededFuture()
                    : Future.failedFuture("a command failed: " + done.encode()));
  }

  private String path(String rest) {
    return session + "/" + rest;
  }

  @Override
  public void startCounting() {
    changed.clear();
    unchanged.clear();
  }

  @Override
  public JsonObject results(double seconds) {
    return new JsonObject()
        .put("files", files)
        .put("mebibytes", mebibytes)
        .put("firstSeconds", Latencies.round(firstSeconds))
        .put("threeChangedMs", changed.json())
        .put("unchangedMs", unchanged.json());
  }

  @Override
  public Future<Void> cleanUp() {
    return agent.end(session).transform(v -> agent.remove());
  }
}
