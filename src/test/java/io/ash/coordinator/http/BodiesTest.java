package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.testing.ManualTimers;
import io.ash.time.Timers;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@Timeout(30)
class BodiesTest {
  private final ManualTimers timers = new ManualTimers();
  private Bodies bodies;
  private DoorServer door;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    bodies = new Bodies(this::once, 1000);
    Router group = Router.router(vertx);
    Routes.post(group, "/x")
        .handler(bodies.json())
        .handler(ctx -> Answers.json(ctx, 200, Json.object()));
    door = new DoorServer(vertx, Set.of()).open(group).start();
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void refusesWhatDoesNotFitInMemoryBesideTheOthers() throws Exception {
    try (Socket slow = unfinished()) {
      await().until(() -> bodies.held() == 900);
      PublicRoutesTest.problem(
          door.send("POST", "/x", "{\"a\":\"" + "x".repeat(500) + "\"}"),
          503,
          "unavailable",
          "Too many large bodies");
      assertThat(slow.isConnected()).isTrue();
    }
    await().until(() -> bodies.held() == 0);
    assertThat(door.send("POST", "/x", "{\"a\":\"" + "x".repeat(5000) + "\"}").statusCode())
        .isEqualTo(200);
    assertThat(bodies.held()).isZero();
  }

  @Test
  void givesUpOnABodyThatStopsComing() throws Exception {
    try (Socket slow = unfinished()) {
      await().until(() -> pending() == 1);
      advance(Duration.ofSeconds(31));
      advance(Duration.ofSeconds(31));
      byte[] answer = new byte[1000];
      slow.setSoTimeout(10_000);
      int n = slow.getInputStream().read(answer);
      assertThat(new String(answer, 0, n, StandardCharsets.UTF_8)).startsWith("HTTP/1.1 408");
      assertThat(bodies.held()).isZero();
    }
  }

  /** The loops of the server set timers while the test moves time. */
  private Timers.Handle once(Duration delay, Runnable task) {
    synchronized (timers) {
      Timers.Handle set = timers.once(delay, task);
      return () -> {
        synchronized (timers) {
          set.cancel();
        }
      };
    }
  }

  private int pending() {
    synchronized (timers) {
      return timers.pending();
    }
  }

  private void advance(Duration by) {
    synchronized (timers) {
      timers.advance(by);
    }
  }

  private Socket unfinished() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
    String head = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    return socket;
  }
}
