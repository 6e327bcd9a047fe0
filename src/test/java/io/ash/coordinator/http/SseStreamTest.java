package io.ash.coordinator.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.coordinator.journal.Sink;
import io.ash.coordinator.store.EventRow;
import io.ash.model.EventKind;
import io.ash.model.SessionId;
import io.ash.time.Timers;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@Timeout(30)
class SseStreamTest {
  private static final SessionId SESSION = SessionId.random();
  private static final String TOOLS =
      "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"thinking\",\"thinking\":\"a\"},"
          + "{\"type\":\"tool_use\",\"id\":\"1\",\"name\":\"n\",\"input\":{}}]}}";

  private static final String CAUGHT_UP = "event: caught_up\ndata: {\"lastSequence\":";
  private static final String END = "\r\n0\r\n\r\n";

  private final List<EventRow> journal = new CopyOnWriteArrayList<>();
  private final List<ListTail> tails = new CopyOnWriteArrayList<>();
  private final AtomicInteger rowsGiven = new AtomicInteger();
  private volatile long oldest = 1;
  private volatile boolean over;
  private SseStreams streams;
  private DoorServer door;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    HttpConfig config = new HttpConfig("127.0.0.1", 0, Set.of(), 2);
    Router group = Router.router(vertx);
    door = new DoorServer(vertx, Set.of());
    streams = new SseStreams(Timers.of(vertx), config, door.meters);
    Routes.get(group, "/stream")
        .handler(
            ctx ->
                streams.session(ctx, SESSION, Cursor.of(ctx).within(journal.size()), this::tail));
    Routes.get(group, "/turn/:n")
        .handler(
            ctx ->
                streams.turn(
                    ctx, SESSION, Integer.parseInt(ctx.pathParam("n")), 1, this::tail, "9.9"));
    door.open(group).start();
    add(1, EventKind.USER, "{\"type\":\"user\",\"content\":\"hi\"}");
    add(1, EventKind.DELTA, "{\"delta\":\"a\"}");
    add(1, EventKind.MESSAGE, TOOLS);
    add(0, EventKind.LIFECYCLE, "{\"action\":\"x\"}");
    add(1, EventKind.END, "{\"status\":\"done\"}");
    add(2, EventKind.USER, "{\"type\":\"user\",\"content\":\"again\"}");
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void givesExactlyWhatFollowsEveryId() throws Exception {
    List<String> all = ids(read("/stream", "", CAUGHT_UP));
    assertThat(all).containsExactly("1", "2", "3.1", "3.2", "3", "4", "5", "6");
    for (int i = 0; i < all.size(); i++) {
      String answer = read("/stream", "Last-Event-ID: " + all.get(i) + "\r\n", CAUGHT_UP);
      assertThat(ids(answer)).as("after " + all.get(i)).isEqualTo(all.subList(i + 1, all.size()));
      assertThat(ids(read("/stream?after=" + all.get(i), "", CAUGHT_UP)))
          .isEqualTo(all.subList(i + 1, all.size()));
    }
  }

  @Test
  void opensWithARetryAndAComment() throws Exception {
    String answer = read("/stream", "Origin: https://a.example\r\n", CAUGHT_UP);
    assertThat(answer)
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("content-type: text/event-stream\r\n")
        .containsIgnoringCase("cache-control: no-cache\r\n")
        .containsIgnoringCase("Access-Control-Allow-Origin: *")
        .contains(": open\n\n")
        .containsPattern("retry: [2-6]\\d\\d\n")
        .contains(CAUGHT_UP + "6}\n\n");
  }

  @Test
  void startsAtTheTailWhereAsked() throws Exception {
    assertThat(ids(read("/stream?after=tail", "", CAUGHT_UP))).isEmpty();
  }

  @Test
  void answersCursorsOutsideTheJournalWithReset() throws Exception {
    String beyond = read("/stream?after=99.1", "", CAUGHT_UP);
    assertThat(beyond).contains("event: reset\ndata: {\"oldest\":1,\"last\":6}\n\n");
    assertThat(ids(beyond)).startsWith("1", "2");
    oldest = 4;
    String before = read("/stream?after=1", "", CAUGHT_UP);
    assertThat(before).contains("event: reset\ndata: {\"oldest\":4,\"last\":6}\n\n");
    assertThat(ids(before)).containsExactly("4", "5", "6");
  }

  @Test
  void refusesMalformedCursors() throws Exception {
    for (String cursor : List.of("x", "-1", "1.", "1.x", "1.1.1", "9".repeat(30))) {
      assertThat(read("/stream?after=" + cursor, "", "requestId"))
          .contains(" 400 ")
          .contains("after");
    }
    assertThat(read("/stream", "Last-Event-ID: tail\r\n", "requestId"))
        .contains(" 400 ")
        .contains("last-event-id");
  }

  @Test
  void showsOneTurnAndEndsWithIt() throws Exception {
    String answer = read("/turn/1", "", END);
    assertThat(answer)
        .contains(
            "event: session_start\ndata: {\"sessionId\":\"" + SESSION + "\",\"version\":\"9.9\"")
        .contains("event: done")
        .doesNotContain("user_message")
        .doesNotContain("lifecycle");
    assertThat(ids(answer)).containsExactly("2", "3.1", "3.2", "3", "5");
    await().until(() -> streams.size() == 0);
  }

  @Test
  void saysGoodByeWhenTheSessionIsOver() throws Exception {
    over = true;
    assertThat(read("/stream", "", END))
        .contains("event: disconnecting\ndata: {\"reason\":\"ended\",\"retry_ms\":");
  }

  @Test
  void tellsReadersToComeBackWhenTheServerGoes() throws Exception {
    try (Socket socket = connect("/stream", "")) {
      until(socket.getInputStream(), CAUGHT_UP);
      streams
          .disconnectAll("shutdown", Duration.ofMillis(50))
          .toCompletionStage()
          .toCompletableFuture()
          .get(5, TimeUnit.SECONDS);
      assertThat(until(socket.getInputStream(), END)).contains("\"reason\":\"shutdown\"");
    }
    assertThat(read("/stream", "", "requestId")).contains(" 503 ");
  }

  @Test
  void closesItsReaderWhenTheClientLeaves() throws Exception {
    try (Socket socket = connect("/stream", "")) {
      until(socket.getInputStream(), CAUGHT_UP);
      assertThat(streams.size()).isEqualTo(1);
    }
    await().until(() -> streams.size() == 0);
    assertThat(tails).allMatch(t -> t.closed);
  }

  @Test
  void boundsTheReadersOfOneSession() throws Exception {
    try (Socket one = connect("/stream", "");
        Socket two = connect("/stream", "")) {
      until(one.getInputStream(), CAUGHT_UP);
      until(two.getInputStream(), CAUGHT_UP);
      assertThat(read("/stream", "", "requestId")).contains(" 429 ").contains("too_many_requests");
    }
  }

  @Test
  void refusesStreamsOverHttp10() throws Exception {
    assertThat(door.raw("GET /stream HTTP/1.0\r\n\r\n", "requestId")).contains(" 505 ");
  }

  @Test
  void answersHeadWithoutOpeningAStream() throws Exception {
    assertThat(door.raw("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n"))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("text/event-stream");
    assertThat(streams.size()).isZero();
  }

  @Test
  void stopsReadingTheJournalForAClientThatDoesNotRead() throws Exception {
    String large = "{\"delta\":\"" + "x".repeat(50_000) + "\"}";
    for (int i = 0; i < 2000; i++) {
      add(1, EventKind.DELTA, large);
    }
    try (Socket socket = connect("/stream", "")) {
      until(socket.getInputStream(), "event: user_message");
      await()
          .during(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(10))
          .until(rowsGiven::get, n -> n < 500);
      StringBuilder rest = new StringBuilder();
      socket.setSoTimeout(10_000);
      byte[] buffer = new byte[1 << 20];
      long read = 0;
      while (rest.indexOf("caught_up") < 0) {
        int n = socket.getInputStream().read(buffer);
        assertThat(n).isPositive();
        read += n;
        rest.setLength(Math.max(0, Math.min(rest.length(), 20)));
        rest.append(new String(buffer, 0, n, UTF_8));
      }
      assertThat(read).isGreaterThan(99_000_000L);
      assertThat(rowsGiven.get()).isEqualTo(journal.size());
    }
  }

  private void add(int turn, EventKind kind, String body) {
    journal.add(new EventRow(journal.size() + 1, turn, kind, body, Instant.EPOCH));
  }

  private Tail tail(long after) {
    ListTail tail = new ListTail(after);
    tails.add(tail);
    return tail;
  }

  /** Reads the list above in pages of 20, like a feed reads a journal. */
  private final class ListTail implements Tail {
    private long cursor;
    private Sink sink;
    private volatile boolean closed;

    ListTail(long cursor) {
      this.cursor = cursor;
    }

    @Override
    public void start(Sink target) {
      sink = target;
      if (cursor > journal.size() || cursor < oldest - 1) {
        closed = true;
        target.reset(oldest, journal.size());
        return;
      }
      resume();
    }

    @Override
    public void resume() {
      while (!closed && cursor < journal.size()) {
        List<EventRow> page =
            List.copyOf(journal.subList((int) cursor, (int) Math.min(journal.size(), cursor + 20)));
        cursor += page.size();
        rowsGiven.addAndGet(page.size());
        if (!sink.rows(page)) {
          return;
        }
      }
      if (!closed) {
        sink.caughtUp(cursor);
        if (over) {
          sink.ended();
        }
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private Socket connect(String path, String headers) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
    socket.setSoTimeout(10_000);
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n").getBytes(UTF_8));
    return socket;
  }

  private String read(String path, String headers, String enough) throws IOException {
    try (Socket socket = connect(path, headers)) {
      return until(socket.getInputStream(), enough);
    }
  }

  private static String until(InputStream in, String enough) throws IOException {
    StringBuilder answer = new StringBuilder();
    byte[] buffer = new byte[8192];
    while (answer.indexOf(enough) < 0) {
      int n = in.read(buffer);
      if (n < 0) {
        break;
      }
      answer.append(new String(buffer, 0, n, UTF_8));
    }
    return answer.toString();
  }

  private static List<String> ids(String answer) {
    List<String> ids = new ArrayList<>();
    Matcher m = Pattern.compile("(?m)^id: (.*)$").matcher(answer);
    while (m.find()) {
      ids.add(m.group(1));
    }
    return ids;
  }
}
