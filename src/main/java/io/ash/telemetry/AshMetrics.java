package io.ash.telemetry;

import io.ash.model.PoolStats;
import io.ash.model.ResumeCounts;

/**
 * The metrics of ash itself, in the order and with the exact text that its interface promises.
 *
 * <p>Written here and not by the registry, which sorts names and shows whole numbers as fractions.
 */
final class AshMetrics {
  private AshMetrics() {}

  static String text(long uptimeSeconds, Vitals vitals) {
    PoolStats pool = vitals.pool();
    StringBuilder out = new StringBuilder(1024);
    head(out, "ash_up", "gauge", "Whether the Ash server is up (always 1 if reachable).");
    line(out, "ash_up", 1);
    head(out, "ash_uptime_seconds", "gauge", "Seconds since server start.");
    line(out, "ash_uptime_seconds", uptimeSeconds);
    head(out, "ash_active_sessions", "gauge", "Number of active sessions.");
    line(out, "ash_active_sessions", vitals.activeSessions());
    head(out, "ash_active_sandboxes", "gauge", "Number of live sandbox processes.");
    line(out, "ash_active_sandboxes", pool.live());
    head(out, "ash_pool_sandboxes", "gauge", "Sandbox count by state.");
    line(out, "ash_pool_sandboxes{state=\"cold\"}", pool.cold());
    line(out, "ash_pool_sandboxes{state=\"warming\"}", pool.warming());
    line(out, "ash_pool_sandboxes{state=\"warm\"}", pool.warm());
    line(out, "ash_pool_sandboxes{state=\"waiting\"}", pool.waiting());
    line(out, "ash_pool_sandboxes{state=\"running\"}", pool.running());
    head(out, "ash_pool_max_capacity", "gauge", "Maximum sandbox capacity.");
    line(out, "ash_pool_max_capacity", pool.maxCapacity());
    head(
        out,
        "ash_resume_total",
        "counter",
        "Total session resumes by path (warm=sandbox alive, cold=new sandbox).");
    ResumeCounts resumes = vitals.resumes();
    line(out, "ash_resume_total{path=\"warm\"}", resumes.warm());
    line(out, "ash_resume_total{path=\"cold\"}", resumes.cold());
    line(out, "ash_resume_total{path=\"prewarm\"}", pool.preWarmHits());
    head(out, "ash_resume_cold_total", "counter", "Cold resumes by where the files came from.");
    line(out, "ash_resume_cold_total{source=\"local\"}", resumes.coldLocal());
    line(out, "ash_resume_cold_total{source=\"cloud\"}", resumes.coldCloud());
    line(out, "ash_resume_cold_total{source=\"fresh\"}", resumes.coldFresh());
    head(
        out,
        "ash_pool_evicted_total",
        "counter",
        "Sandboxes given back to make room for others; their sessions were paused.");
    line(out, "ash_pool_evicted_total", pool.evicted());
    return out.toString();
  }

  private static void head(StringBuilder out, String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder out, String series, long value) {
    out.append(series).append(' ').append(value).append('\n');
  }
}
