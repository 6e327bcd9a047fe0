package io.ash.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.blob.depot.DepotTimes;
import io.ash.blob.depot.Dock;
import io.ash.blob.depot.FileDepot;
import io.ash.coordinator.store.OpenDepot;
import io.ash.testing.ManualTicker;
import io.ash.testing.Outcome;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
class DepotCheckTest {
  @TempDir Path directory;
  private final ManualTicker ticker = new ManualTicker();
  private Path mark;
  private DepotCheck check;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    mark = Files.writeString(directory.resolve("ash-depot"), "this one\n");
    Dock dock =
        new Dock(
            vertx, Timers.of(vertx), Ticker.system(), DepotTimes.none(), new FileDepot(directory));
    check = new DepotCheck(new OpenDepot(UUID.randomUUID(), "this one", dock), ticker);
  }

  @Test
  void looksSeldomWhileItIsWellAndOftenWhileItIsNot() throws Exception {
    Files.delete(mark);
    Outcome.of(check.check());
    ticker.advance(Duration.ofSeconds(9));
    Outcome.of(check.check());
    ticker.advance(Duration.ofSeconds(1));
    assertThat(Outcome.failureOf(check.check())).hasMessageContaining("has lost its mark");
    Files.writeString(mark, "this one");
    assertThat(Outcome.failureOf(check.check())).hasMessageContaining("has lost its mark");
    ticker.advance(Duration.ofSeconds(2));
    Outcome.of(check.check());
  }

  @Test
  void noticesAnotherPlace() throws Exception {
    Files.writeString(mark, "another one");
    ticker.advance(Duration.ofSeconds(10));

    assertThat(Outcome.failureOf(check.check())).hasMessageContaining("is another place");
  }
}
