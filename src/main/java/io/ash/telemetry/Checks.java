package io.ash.telemetry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * What has to hold for this server to be of use, and what was found at the last look.
 *
 * <p>Thread-safe. {@link #round} looks; {@link #latest} only remembers, so that a check that hangs
 * delays nobody who asks.
 */
public final class Checks {
  private final HealthChecks underneath;
  private final List<String> names = new CopyOnWriteArrayList<>();
  private volatile List<Finding> latest = List.of();

  public Checks(Vertx vertx) {
    this.underneath = HealthChecks.create(vertx);
  }

  /**
   * What one check found.
   *
   * @param up whether it held
   * @param reason why not; empty where it held
   */
  public record Finding(String name, boolean up, String reason) {
    JsonObject json() {
      JsonObject json = new JsonObject().put("name", name).put("status", up ? "up" : "down");
      return up ? json : json.put("reason", reason);
    }
  }

  /** Adds a check; one that has not answered within {@code limit} counts as failed. */
  public void add(String name, Duration limit, Supplier<Future<?>> check) {
    names.add(name);
    underneath.register(
        name,
        limit.toMillis(),
        answer ->
            ask(check)
                .onComplete(
                    result ->
                        answer.tryComplete(
                            result.succeeded() ? Status.OK() : down(result.cause()))));
  }

  /** Runs every check once and remembers what it found. */
  public Future<Void> round() {
    return Future.join(names.stream().map(this::look).toList())
        .map(
            all -> {
              latest = all.<Finding>list();
              return null;
            });
  }

  /** What the last round found, in the order the checks were added. */
  public List<Finding> latest() {
    return latest;
  }

  /** Whether a round was made and everything held. */
  public boolean up() {
    List<Finding> found = latest;
    return !found.isEmpty() && found.stream().allMatch(Finding::up);
  }

  private Future<Finding> look(String name) {
    return underneath.checkStatus(name).map(r -> finding(name, r)).otherwise(e -> lost(name, e));
  }

  private static Finding finding(String name, CheckResult result) {
    boolean up = CheckResult.isUp(result);
    return new Finding(name, up, up ? "" : reason(result));
  }

  private static String reason(CheckResult result) {
    Throwable failure = result.getFailure();
    if (failure != null && failure.getMessage() != null) {
      return failure.getMessage();
    }
    JsonObject data = result.getData();
    return data == null
        ? "no answer in time"
        : data.getString("reason", data.getString("cause", "no answer in time"));
  }

  private static Finding lost(String name, Throwable e) {
    return new Finding(name, false, String.valueOf(e.getMessage()));
  }

  private static Status down(Throwable cause) {
    return Status.KO(new JsonObject().put("reason", String.valueOf(cause.getMessage())));
  }

  private static Future<?> ask(Supplier<Future<?>> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
