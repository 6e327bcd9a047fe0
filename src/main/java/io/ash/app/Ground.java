package io.ash.app;

import io.ash.process.Spawner;
import io.ash.telemetry.Metrics;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.transport.Transport;
import java.time.InstantSource;

/** What every room of this process stands on. */
record Ground(
    Vertx vertx,
    Timers timers,
    Ticker ticker,
    InstantSource clock,
    Spawner spawner,
    Metrics metrics) {

  /** Event loops on the native transport where this machine has it. */
  static Ground lay() {
    Metrics metrics = new Metrics();
    VertxOptions options =
        new VertxOptions()
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false));
    VertxBuilder builder = Vertx.builder().withMetrics(metrics.vertx(options)).with(options);
    Transport epoll = Transport.EPOLL;
    if (epoll != null && epoll.available()) {
      builder.withTransport(epoll);
    }
    Vertx vertx = builder.build();
    return new Ground(
        vertx, Timers.of(vertx), Ticker.system(), InstantSource.system(), new Spawner(), metrics);
  }
}
