package io.ash.coordinator.store;

import static io.ash.coordinator.store.Results.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ash.testing.TestPostgres;
import io.ash.time.Timers;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ListenerIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  private final Vertx vertx = Vertx.vertx();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AtomicInteger connects = new AtomicInteger();
  private Listener listener = listener(Timers.of(vertx));

  @BeforeEach
  void start() {
    listener = listener(Timers.of(vertx)).on("ash_events", heard::add);
    listener.start();
    await().atMost(LIMIT).until(listener::healthy);
  }

  @AfterEach
  void stop() {
    done(listener.stop());
    done(vertx.close());
  }

  @Test
  void hearsPayloadsInOrder() {
    for (int i = 0; i < 5; i++) {
      postgres.execute("NOTIFY ash_events, 'n" + i + "'");
    }

    await().atMost(LIMIT).until(() -> heard.size() == 5);
    assertThat(heard).containsExactly("n0", "n1", "n2", "n3", "n4");
  }

  @Test
  void connectsAgainWhenItsConnectionIsCut() {
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'ash-listener' AND datname = current_database()");

    await().atMost(LIMIT).until(() -> connects.get() == 2 && listener.healthy());
    postgres.execute("NOTIFY ash_events, 'after'");
    await().atMost(LIMIT).until(() -> heard.contains("after"));
  }

  @Test
  void connectsAgainWhenTheServerFallsSilent() throws Exception {
    assumeTrue(postgres.isLocal(), "the server's processes are inside a container");
    done(listener.stop());
    connects.set(0);
    // Time runs a hundred times faster for the listener alone.
    listener =
        listener((delay, task) -> Timers.of(vertx).once(delay.dividedBy(100), task))
            .on("ash_events", heard::add);
    listener.start();
    await().atMost(LIMIT).until(() -> connects.get() == 1);
    int backend = backend();

    signal("STOP", backend);

    try {
      await().atMost(LIMIT).until(() -> connects.get() >= 2 && listener.healthy());
      postgres.execute("NOTIFY ash_events, 'after'");
      await().atMost(LIMIT).until(() -> heard.contains("after"));
    } finally {
      signal("CONT", backend);
    }
  }

  private int backend() {
    Database database = postgres.database(vertx);
    return done(database.query(
            "backend",
            "SELECT pid FROM pg_stat_activity"
                + " WHERE application_name = 'ash-listener' AND datname = current_database()"))
        .iterator()
        .next()
        .getInteger(0);
  }

  private static void signal(String name, int backend) throws Exception {
    new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + backend).start().waitFor();
  }

  @Test
  void isNotHealthyOnceStopped() {
    done(listener.stop());

    assertThat(listener.healthy()).isFalse();
  }

  private Listener listener(Timers timers) {
    return new Listener(vertx, timers, postgres.config(), "listener", connects::incrementAndGet);
  }
}
