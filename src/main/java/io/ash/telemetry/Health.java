package io.ash.telemetry;

import io.ash.model.PoolStats;
import io.ash.model.ResumeCounts;
import io.ash.time.Ticker;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The answers of the health routes, from what was found last: no answer waits for anything.
 *
 * <p>Thread-safe.
 */
public final class Health {
  private final String version;
  private final String coordinatorId;
  private final Ticker ticker;
  private final long startedAt;
  private final Checks checks;
  private volatile Stage stage = Stage.STARTING;
  private volatile Vitals vitals = Vitals.NONE;

  /** Uptime counts from here. */
  public Health(String version, String coordinatorId, Ticker ticker, Checks checks) {
    this.version = version;
    this.coordinatorId = coordinatorId;
    this.ticker = ticker;
    this.startedAt = ticker.nanos();
    this.checks = checks;
  }

  /** How far this process is. */
  public enum Stage {
    /** The port is open, the rest is on its way. */
    STARTING,
    /** Everything was started; the checks decide. */
    STARTED,
    /** On its way down: no new work. */
    STOPPING
  }

  /**
   * One answer.
   *
   * @param status HTTP status: 200 or 503
   * @param body JSON
   */
  public record Answer(int status, JsonObject body) {}

  /** Moves on to another stage. */
  public void stage(Stage next) {
    stage = next;
  }

  /** Takes the newest counts. */
  public void vitals(Vitals newest) {
    vitals = newest;
  }

  /** The newest counts. */
  public Vitals vitals() {
    return vitals;
  }

  /** Whole seconds since the server was started. */
  public long uptimeSeconds() {
    return ticker.millisSince(startedAt) / 1000;
  }

  /** Whether requests should be sent here. */
  public boolean isReady() {
    return stage == Stage.STARTED && checks.up();
  }

  /** For {@code /health} and {@code /health/ready}: 200 where ready, else 503 with what is not. */
  public Answer ready() {
    boolean ready = isReady();
    return new Answer(ready ? 200 : 503, body(ready ? "ok" : word()));
  }

  /** For {@code /health/live}: the process answers, and nothing more is asked of it. */
  public Answer live() {
    return new Answer(200, body(isReady() ? "ok" : word()));
  }

  private String word() {
    return switch (stage) {
      case STARTING -> "starting";
      case STARTED -> "unavailable";
      case STOPPING -> "stopping";
    };
  }

  private JsonObject body(String status) {
    Vitals now = vitals;
    JsonArray found = new JsonArray();
    checks.latest().forEach(f -> found.add(f.json()));
    return new JsonObject()
        .put("status", status)
        .put("version", version)
        .put("coordinatorId", coordinatorId)
        .put("activeSessions", now.activeSessions())
        .put("activeSandboxes", now.pool().live())
        .put("remoteRunners", now.remoteRunners())
        .put("uptime", uptimeSeconds())
        .put("pool", pool(now.pool(), now.resumes()))
        .put("checks", found);
  }

  private static JsonObject pool(PoolStats pool, ResumeCounts resumes) {
    return new JsonObject()
        .put("total", pool.total())
        .put("cold", pool.cold())
        .put("warming", pool.warming())
        .put("warm", pool.warm())
        .put("waiting", pool.waiting())
        .put("running", pool.running())
        .put("maxCapacity", pool.maxCapacity())
        .put("resumeWarmHits", resumes.warm())
        .put("resumeColdHits", resumes.cold())
        .put("resumeColdLocalHits", resumes.coldLocal())
        .put("resumeColdCloudHits", resumes.coldCloud())
        .put("resumeColdFreshHits", resumes.coldFresh())
        .put("preWarmHits", pool.preWarmHits());
  }
}
