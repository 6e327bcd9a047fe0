package io.ash.runner.egress;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what goes out and what does not; never where. Thread-safe. */
final class EgressMeters {
  private final MeterRegistry registry;
  private final AtomicInteger open;

  EgressMeters(MeterRegistry registry) {
    this.registry = registry;
    this.open = new AtomicInteger();
    registry.gauge("ash.egress.connections", open);
  }

  void opened() {
    open.incrementAndGet();
  }

  void closed() {
    open.decrementAndGet();
  }

  /** One tunnel or one request went out. */
  void passed(String kind) {
    Counter.builder("ash.egress.passed")
        .description("What sandboxes were let out: tunnels and requests.")
        .tag("kind", kind)
        .register(registry)
        .increment();
  }

  void refused(Reason reason) {
    Counter.builder("ash.egress.refusals")
        .description("What sandboxes were not let out, by reason.")
        .tag("reason", reason.label())
        .register(registry)
        .increment();
  }
}
