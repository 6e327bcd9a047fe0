package io.ash.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * The meters of one process and the page that shows them.
 *
 * <p>Thread-safe. Labels come from small fixed sets only (route templates, statement names,
 * statuses): never ids, tenants, agents or paths.
 */
public final class Metrics {
  /** What the page is sent as. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Duration[] BUCKETS =
      java.util.stream.LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  /** A turn is an agent at work: seconds to an hour. */
  private static final Duration[] LONG_BUCKETS =
      java.util.stream.LongStream.of(5, 10, 50, 100, 500, 1000, 5000, 15000, 60000, 300000, 3600000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  public Metrics() {
    registry.config().meterFilter(MeterFilter.replaceTagValues("pool_name", Metrics::pool));
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
  }

  /** The names of pools hold directories and ids; what they are for is enough. */
  private static String pool(String name) {
    if (name.startsWith("vert.x-")) {
      return name.substring("vert.x-".length());
    }
    return name.startsWith("ash-postgres-")
        ? "postgres-starter"
        : name.startsWith("ash-") ? "database" : "other";
  }

  /** Where meters of other kinds are registered. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Makes a Vert.x count into these meters: connections, bytes, pools, event bus. */
  public VertxMetricsFactory vertx(VertxOptions options) {
    options.setMetricsOptions(
        new MicrometerMetricsOptions()
            .setEnabled(true)
            .setLabels(EnumSet.of(Label.POOL_TYPE, Label.POOL_NAME, Label.EB_SIDE))
            .setDisabledMetricsCategories(
                Set.of(
                    MetricsDomain.VERTICLES.toCategory(),
                    // Vert.x makes the metrics of a server after the port is open: a connection
                    // that
                    // comes between fails on them and is never answered. The public door counts
                    // its requests itself, by template.
                    MetricsDomain.HTTP_SERVER.toCategory(),
                    MetricsDomain.NET_SERVER.toCategory(),
                    MetricsDomain.NET_CLIENT.toCategory(),
                    MetricsDomain.HTTP_CLIENT.toCategory())));
    return new MicrometerMetricsFactory(registry);
  }

  /** One database statement, with its wait for a connection. */
  public void statement(String name, long nanos, boolean succeeded) {
    Timer.builder("ash.db.statement")
        .description("Time of database statements, with the wait for a connection.")
        .tags("statement", name, "outcome", succeeded ? "ok" : "failed")
        .serviceLevelObjectives(BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** One turn reached its end; {@code outcome} is a status of the turn. */
  public void turn(String outcome, Duration took) {
    Timer.builder("ash.turn")
        .description("Time of turns from their acceptance to their end.")
        .tags("outcome", outcome)
        .serviceLevelObjectives(LONG_BUCKETS)
        .register(registry)
        .record(took);
  }

  /** One operation on the place outside the database where files lie. */
  public void depot(String operation, Duration took, String outcome) {
    Timer.builder("ash.depot.operation")
        .description("Time of operations on the store of files, with the wait for a thread.")
        .tags("operation", operation, "outcome", outcome)
        .serviceLevelObjectives(BUCKETS)
        .register(registry)
        .record(took);
  }

  /** The page: the metrics of ash first, then those of the process. */
  public String page(Health health) {
    return AshMetrics.text(health.uptimeSeconds(), health.vitals()) + scrape();
  }

  String scrape() {
    return registry.scrape("text/plain; version=0.0.4");
  }
}
