package io.ash.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.PoolStats;
import io.ash.model.ResumeCounts;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTest {
  /** The sample of the interface, word for word. */
  private static final String SAMPLE =
      """
      # HELP ash_up Whether the Ash server is up (always 1 if reachable).
      # TYPE ash_up gauge
      ash_up 1
      # HELP ash_uptime_seconds Seconds since server start.
      # TYPE ash_uptime_seconds gauge
      ash_uptime_seconds 86400
      # HELP ash_active_sessions Number of active sessions.
      # TYPE ash_active_sessions gauge
      ash_active_sessions 3
      # HELP ash_active_sandboxes Number of live sandbox processes.
      # TYPE ash_active_sandboxes gauge
      ash_active_sandboxes 5
      # HELP ash_pool_sandboxes Sandbox count by state.
      # TYPE ash_pool_sandboxes gauge
      ash_pool_sandboxes{state="cold"} 0
      ash_pool_sandboxes{state="warming"} 1
      ash_pool_sandboxes{state="warm"} 1
      ash_pool_sandboxes{state="waiting"} 2
      ash_pool_sandboxes{state="running"} 1
      # HELP ash_pool_max_capacity Maximum sandbox capacity.
      # TYPE ash_pool_max_capacity gauge
      ash_pool_max_capacity 1000
      # HELP ash_resume_total Total session resumes by path (warm=sandbox alive, cold=new sandbox).
      # TYPE ash_resume_total counter
      ash_resume_total{path="warm"} 42
      ash_resume_total{path="cold"} 7
      ash_resume_total{path="prewarm"} 4
      # HELP ash_resume_cold_total Cold resumes by where the files came from.
      # TYPE ash_resume_cold_total counter
      ash_resume_cold_total{source="local"} 0
      ash_resume_cold_total{source="cloud"} 5
      ash_resume_cold_total{source="fresh"} 2
      # HELP ash_pool_evicted_total Sandboxes given back to make room for others; their sessions were paused.
      # TYPE ash_pool_evicted_total counter
      ash_pool_evicted_total 5
      """;

  @Test
  void pageStartsWithTheMetricsOfAshAsPromised() throws Exception {
    AtomicLong nanos = new AtomicLong();
    Vertx vertx = Vertx.vertx();
    try {
      Health health = new Health("1", "host-1", nanos::get, new Checks(vertx));
      health.vitals(
          new Vitals(
              3, 0, new PoolStats(0, 1, 1, 2, 1, 1000, 4, 5), new ResumeCounts(42, 0, 5, 2)));
      nanos.set(Duration.ofDays(1).toNanos());

      assertThat(new Metrics().page(health)).startsWith(SAMPLE);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void statementsAndTurnsAreHistograms() {
    Metrics metrics = new Metrics();
    metrics.statement("session.get", 3_000_000, true);
    metrics.turn("done", Duration.ofMillis(20));

    assertThat(metrics.scrape())
        .contains(
            "ash_db_statement_seconds_bucket{outcome=\"ok\",statement=\"session.get\",le=\"0.005\"} 1")
        .contains("ash_turn_seconds_bucket{outcome=\"done\",le=\"0.05\"} 1")
        .contains("ash_turn_seconds_count{outcome=\"done\"} 1");
  }

  @Test
  void processIsShownWithItsLimits() {
    Metrics metrics = new Metrics();
    AtomicLong nanos = new AtomicLong();
    ProcessFacts facts = new ProcessFacts(metrics, nanos::get);
    nanos.set(1_000_000_000);
    facts.sample();

    assertThat(metrics.scrape())
        .contains("process_files_open_files ", "process_files_max_files ")
        .contains("process_cpu_limit ", "process_cpu_limit_ratio ", "process_cpu_seconds_total ")
        .contains("process_memory_limit_bytes ", "process_memory_limit_ratio ")
        .contains("process_network_receive_bytes_total ", "process_network_transmit_bytes_total ")
        .containsPattern("process_resident_memory_bytes [1-9]")
        .contains("jvm_memory_used_bytes{", "jvm_threads_live_threads ");
  }

  @Test
  void poolsAreNamedByWhatTheyAreFor() throws Exception {
    Metrics metrics = new Metrics();
    VertxOptions options = new VertxOptions();
    Vertx vertx = Vertx.builder().withMetrics(metrics.vertx(options)).with(options).build();
    try {
      vertx.createSharedWorkerExecutor("ash-postgres-/home/someone/data");

      assertThat(metrics.scrape())
          .contains("pool_name=\"postgres-starter\"", "pool_name=\"worker-thread\"")
          .doesNotContain("/home/someone");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }
}
