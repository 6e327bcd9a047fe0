package io.ash.app;

import io.ash.coordinator.upkeep.Tally;
import io.ash.telemetry.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** Shows on the metrics page what the upkeep found and removed. Thread-safe. */
final class UpkeepMeters implements Tally {
  private final AtomicLong blobs = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final Counter collected;
  private final Counter collectedBytes;
  private final Counter strays;
  private final Counter expired;

  UpkeepMeters(Metrics metrics) {
    MeterRegistry registry = metrics.registry();
    Gauge.builder("ash.blobs", blobs, AtomicLong::get)
        .description("Blobs stored, as last counted.")
        .register(registry);
    Gauge.builder("ash.blobs.stored", bytes, AtomicLong::get)
        .baseUnit("bytes")
        .description("Bytes of blobs stored, compressed, as last counted.")
        .register(registry);
    collected =
        counter(registry, "ash.blobs.collected", "Blobs removed because nobody needed them.");
    collectedBytes = counter(registry, "ash.collected.bytes", "Bytes of the blobs removed.");
    strays =
        counter(registry, "ash.depot.strays", "Bytes removed that belonged to no blob, by file.");
    expired = counter(registry, "ash.sessions.expired", "Ended sessions removed after retention.");
  }

  private static Counter counter(MeterRegistry registry, String name, String about) {
    return Counter.builder(name).description(about).register(registry);
  }

  @Override
  public void stored(long count, long size) {
    blobs.set(count);
    bytes.set(size);
  }

  @Override
  public void collected(long count, long size) {
    collected.increment((double) count);
    collectedBytes.increment((double) size);
  }

  @Override
  public void strays(long count) {
    strays.increment((double) count);
  }

  @Override
  public void expired(long sessions) {
    expired.increment((double) sessions);
  }
}
