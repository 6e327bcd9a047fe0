package io.ash.coordinator.http;

import io.ash.time.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Set;

/**
 * Times requests until the head of their answer is written, by method, path template and status. No
 * label holds an id: a path that no route has counts as {@code unknown}.
 */
final class HttpMeters {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private final MeterRegistry meters;
  private final Ticker ticker;

  HttpMeters(MeterRegistry meters, Ticker ticker) {
    this.meters = meters;
    this.ticker = ticker;
  }

  /** Watches one request; its template must have been noted. */
  void watch(RoutingContext ctx) {
    long start = ticker.nanos();
    ctx.addHeadersEndHandler(
        headed -> {
          String method = ctx.request().method().name();
          Timer.builder("ash.http.requests")
              .description("Time from the request to the head of its answer.")
              .tag("method", METHODS.contains(method) ? method : "other")
              .tag("route", Templates.of(ctx))
              .tag("status", Integer.toString(ctx.response().getStatusCode()))
              .serviceLevelObjectives(
                  Duration.ofMillis(5),
                  Duration.ofMillis(25),
                  Duration.ofMillis(100),
                  Duration.ofMillis(250),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(30))
              .register(meters)
              .record(Duration.ofNanos(ticker.nanos() - start));
        });
  }
}
