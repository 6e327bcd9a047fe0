package io.ash.runner.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.Notice;
import io.ash.time.Timers;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What gets out and what does not, by raw bytes on real sockets. */
@Timeout(60)
class OutletTest {
  private static final String OK =
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Seen: yes\r\n\r\nhello";
  private Gate gate;

  @AfterEach
  void end() throws Exception {
    if (gate != null) {
      gate.close();
    }
  }

  private Gate open(Rules rules, Route... routes) throws Exception {
    gate = new Gate("127.0.0.0/8", rules, routes);
    return gate;
  }

  @Test
  void bringsPlainRequestsOutAndAnswersBack() throws Exception {
    open(Rules.NOTHING);
    Gate.Place place = gate.place(OK);
    gate.outlet.change(Gate.terms(Gate.allow("api.example.com:" + place.port()))).await();
    gate.name("api.example.com", "127.0.0.1");
    String at = "api.example.com:" + place.port();
    String answer =
        gate.send(
            "GET http://"
                + at
                + "/a?b=c HTTP/1.1\r\nHost: "
                + at
                + "\r\nProxy-Connection: close\r\nX-Kept: 1\r\nConnection: X-Dropped\r\n"
                + "X-Dropped: 2\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("X-Seen: yes").endsWith("hello");
    assertThat(place.heard())
        .startsWith("GET /a?b=c HTTP/1.1\r\n")
        .containsIgnoringCase("host: " + at)
        .containsIgnoringCase("x-kept: 1")
        .doesNotContainIgnoringCase("x-dropped")
        .doesNotContainIgnoringCase("proxy-connection");
    assertThat(gate.notices).isEmpty();
  }

  @Test
  void keepsConnectionsForFurtherRequests() throws Exception {
    open(Rules.NOTHING);
    Gate.Place place = gate.place(OK);
    String at = "127.0.0.1:" + place.port();
    gate.outlet.change(Gate.terms(Gate.allow(at))).await();
    try (Socket socket = gate.connect()) {
      write(
          socket,
          "POST http://"
              + at
              + "/x HTTP/1.1\r\nHost: "
              + at
              + "\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n");
      assertThat(Gate.head(socket)).startsWith("HTTP/1.1 200");
      assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
      await().until(() -> place.heard().endsWith("0\r\n\r\n"));
      assertThat(place.heard())
          .contains("abc")
          .contains("de")
          .doesNotContain("T: 1")
          .doesNotContain("ext");
      write(socket, "GET http://" + at + "/y HTTP/1.1\r\nHost: " + at + "\r\n\r\n");
      await().until(() -> place.heard().contains("GET /y"));
      assertThat(place.connections).hasSize(1);
    }
  }

  @Test
  void refusesWhatIsNotListedAndSaysWhatToAdd() throws Exception {
    open(Gate.allow("api.example.com"));
    String answer =
        gate.send("CONNECT evil.example.org:443 HTTP/1.1\r\nHost: evil.example.org:443\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 403")
        .contains("\"reason\":\"not_listed\"")
        .contains("- \\\"evil.example.org\\\"");
    assertThat(gate.asked).as("no name is asked for in vain").isEmpty();
    await().until(() -> gate.notices.size() == 1);
    Notice notice = gate.notices.get(0);
    assertThat(notice.code()).isEqualTo("network_refused");
    assertThat(notice.details())
        .containsEntry("destination", "evil.example.org:443")
        .containsEntry("reason", "not_listed");
    assertThat(notice.remedy()).contains("- \"evil.example.org\"");
    gate.send("CONNECT evil.example.org:443 HTTP/1.1\r\n\r\n");
    assertThat(gate.notices).as("the same again is counted, not told").hasSize(1);
  }

  @Test
  void addsSecretsOnRoutesAndDropsWhatTheProgramSent() throws Exception {
    Gate.Place place = new Gate.Place(OK);
    Route route =
        new Route(
            "model",
            Destination.of("127.0.0.1:" + place.port(), 0),
            false,
            "/base",
            Map.of("x-api-key", "the-real-key"),
            true);
    gate = new Gate("", new Rules(List.of(), Set.of(), true), route);
    String answer =
        gate.send(
            "POST /model/v1/messages?beta=true HTTP/1.1\r\nHost: 127.0.0.1:"
                + gate.port
                + "\r\nX-Api-Key: placeholder\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("hello");
    await().until(() -> place.heard().endsWith("{}")); // it answers as soon as it has the head
    assertThat(place.heard())
        .startsWith("POST /base/v1/messages?beta=true HTTP/1.1\r\n")
        .contains("x-api-key: the-real-key")
        .doesNotContain("placeholder")
        .endsWith("\r\n\r\n{}");
    place.server.close();
  }

  @Test
  void cutsARequestWhoseHeadDoesNotEnd() throws Exception {
    HeldTimers time = new HeldTimers();
    gate = new Gate("", Gate.anyServer(), Optional.of(time), Gate.allow("a.example"));
    try (Socket socket = gate.connect()) {
      write(socket, "GET http://a.example/ HTTP/1.1\r\nHo");
      await().until(() -> time.pending() == 1);
      write(socket, "st: a.ex");
      assertThat(time.pending()).as("more of it wins no time").isEqualTo(1);
      time.fire(Duration.ofSeconds(15));
      assertThat(Gate.rest(socket)).startsWith("HTTP/1.1 400").contains("does not end");
    }
  }

  @Test
  void givesAWholeHeadItsTimeBack() throws Exception {
    HeldTimers time = new HeldTimers();
    gate = new Gate("", Gate.anyServer(), Optional.of(time), Gate.allow("a.example"));
    try (Socket socket = gate.connect()) {
      write(socket, "GET http://b.example/ HTTP/1.1\r\n");
      await().until(() -> time.pending() == 1);
      write(socket, "Host: b.example\r\n\r\n");
      assertThat(Gate.head(socket)).startsWith("HTTP/1.1 403");
      assertThat(time.pending()).isZero();
    }
  }

  /** Timers that fire when a test says so. */
  private static final class HeldTimers implements Timers {
    private final Map<Runnable, Duration> set = new ConcurrentHashMap<>();

    @Override
    public Handle once(Duration delay, Runnable task) {
      set.put(task, delay);
      return () -> set.remove(task);
    }

    int pending() {
      return set.size();
    }

    void fire(Duration delay) {
      set.forEach(
          (task, after) -> {
            assertThat(after).isEqualTo(delay);
            task.run();
          });
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }
}
