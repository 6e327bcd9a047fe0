package io.ash.coordinator.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.coordinator.store.Database;
import io.ash.model.SessionId;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.ash.wire.StartTurn;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.net.http.HttpResponse;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages whose content is too large for a row of the journal. */
@Timeout(120)
class LargeMessagesIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();
  private static Vertx vertx;
  private static SessionDoor house;
  private static Database database;
  private String session;

  @BeforeAll
  static void open() throws Exception {
    vertx = Vertx.vertx();
    house = new SessionDoor(vertx, postgres);
    database = postgres.database(vertx);
  }

  @AfterAll
  static void close() throws Exception {
    house.close();
    SessionDoor.done(vertx.close());
  }

  @BeforeEach
  void create() throws Exception {
    session = house.create();
  }

  @Test
  void keepsAnImageOutOfTheJournalAndHandsItOnWhole() throws Exception {
    String content = image(5_000_000);
    send(content);

    assertThat(turn(1).content()).isEqualTo(content);
    assertThat(rowBytes()).isLessThan(10_000);
    assertThat(content(messages().get(0))).isEqualTo(Json.parse(content.getBytes(UTF_8)));
    assertThat(get("/turns/1/message").body())
        .isEqualTo("{\"type\":\"user\",\"content\":" + content + "}");
  }

  @Test
  void keepsSmallContentInItsRow() throws Exception {
    String content = "\"" + "ä".repeat(100_000) + "\"";
    send(content);

    assertThat(rowBytes()).isGreaterThan(200_000);
    assertThat(parts()).isZero();
    assertThat(get("/turns/1/message").body())
        .isEqualTo("{\"type\":\"user\",\"content\":" + content + "}");
  }

  @Test
  void showsHowTheContentBeginsWhereTheListWouldBecomeTooLarge() throws Exception {
    String content = image(17_000_000);
    send(content);

    JsonNode shown = Json.parse(messages().get(0).at("/content").asText().getBytes(UTF_8));
    assertThat(shown.at("/large/bytes").asLong()).isEqualTo(content.length());
    assertThat(shown.at("/content/0/text").asText()).isEqualTo("what is it?");
    assertThat(shown.at("/content/1/source/media_type").asText()).isEqualTo("image/png");
    assertThat(shown.at("/content/1/source/data").asText()).hasSize(1001);
    assertThat(get("/turns/1/message").body().length()).isEqualTo(content.length() + 26);
  }

  @Test
  void acceptsTheSameMessageOnceUnderItsKey() throws Exception {
    String content = image(400_000);
    send(content, "Idempotency-Key", "one");
    send(content, "Idempotency-Key", "one");

    assertThat(messages()).hasSize(1);
    assertThat(parts()).isEqualTo(1);
  }

  @Test
  void handsAQueuedMessageOnWhole() throws Exception {
    send("\"first\"");
    String content = image(400_000);
    send(content);
    house.runner.answer(SessionId.of(session), 1, "done");

    Awaitility.await().until(() -> started(2));
    assertThat(turn(2).content()).isEqualTo(content);
  }

  @Test
  void aForkHasTheContentAndTheEndOfASessionLetsGoOfIt() throws Exception {
    send(image(400_000));
    house.runner.answer(SessionId.of(session), 1, "done");
    String parent = session;
    JsonNode fork = DoorServer.json(house.door.send("POST", path("/fork"), "{}"));
    session = fork.at("/session/id").asText();

    assertThat(parts()).as("%s", fork).isEqualTo(1);
    assertThat(content(messages().get(0)).at("/1/source/data").asText()).hasSize(400_000);
    session = parent;
    house.door.send("DELETE", path(""), null);
    assertThat(parts()).isEqualTo(1); // its rows stay until retention
  }

  @Test
  void saysSoWhereContentIsLost() throws Exception {
    send("\"first\"");
    String lost = image(300_001);
    send(lost);
    postgres.execute(
        "update blob set bytes = '\\x0061' where key in (select blob_key from content_blob"
            + " where session_id = '"
            + session
            + "')");
    assertThat(messages()).hasSize(1);
    house.runner.answer(SessionId.of(session), 1, "done");

    Awaitility.await()
        .untilAsserted(() -> assertThat(get("/events").body()).contains("cannot be read"));
    assertThat(messages().get(2).at("/content").asText()).contains("\"large\"");
    HttpResponse<String> whole = get("/turns/2/message");
    assertThat(whole.statusCode()).isEqualTo(500);
    assertThat(whole.body()).contains("\"damaged\"");
  }

  @Test
  void refusesUnknownTurnsAndSessionsOfOthersAndStoresNothingForThem() throws Exception {
    assertThat(get("/turns/1/message").statusCode()).isEqualTo(404);
    assertThat(get("/turns/0/message").statusCode()).isEqualTo(400);
    assertThat(get("/turns/x/message").statusCode()).isEqualTo(400);
    send(image(300_002));
    HttpResponse<String> other =
        house.door.send(
            "GET", path("/turns/1/message"), null, "Authorization", SessionDoor.OTHER_TENANT);
    assertThat(other.statusCode()).isEqualTo(404);
    long before = count("select count(*) from blob");
    HttpResponse<String> foreign =
        house.door.send(
            "POST",
            path("/messages"),
            "{\"content\":" + image(300_003) + "}",
            "Authorization",
            SessionDoor.OTHER_TENANT);
    assertThat(foreign.statusCode()).isEqualTo(404);
    assertThat(count("select count(*) from blob")).isEqualTo(before);
  }

  private static String image(int size) {
    return "[{\"type\":\"text\",\"text\":\"what is it?\"},{\"type\":\"image\",\"source\":{\"type\":\"base64\","
        + "\"media_type\":\"image/png\",\"data\":\""
        + "iVBORw0K".repeat(size / 8 + 1).substring(0, size)
        + "\"}}]";
  }

  /** Sends a message; the answer is a stream whose end is not waited for. */
  private void send(String content, String... headers) throws Exception {
    long before = events();
    house.door.begin("POST", path("/messages"), "{\"content\":" + content + "}", headers);
    if (headers.length == 0) {
      Awaitility.await().until(() -> events() > before);
    } else {
      Awaitility.await().until(() -> events() > 1);
    }
  }

  private long events() throws Exception {
    return count("select last_seq from head where session_id = '" + session + "'");
  }

  private boolean started(int turn) {
    return house.runner.turns().stream().anyMatch(t -> is(t, turn));
  }

  private StartTurn turn(int turn) {
    Awaitility.await().until(() -> started(turn));
    return house.runner.turns().stream().filter(t -> is(t, turn)).findFirst().orElseThrow();
  }

  private boolean is(StartTurn t, int turn) {
    return t.turn() == turn && t.binding().session().toString().equals(session);
  }

  private List<JsonNode> messages() throws Exception {
    List<JsonNode> all = new java.util.ArrayList<>();
    DoorServer.json(get("/messages")).at("/messages").forEach(all::add);
    return all;
  }

  private static JsonNode content(JsonNode message) {
    return Json.parse(message.at("/content").asText().getBytes(UTF_8)).at("/content");
  }

  private HttpResponse<String> get(String rest) throws Exception {
    return house.door.send("GET", path(rest), null);
  }

  private long rowBytes() throws Exception {
    return count(
        "select octet_length(body) from event where kind = 'user' and session_id = '"
            + session
            + "'");
  }

  private long parts() throws Exception {
    return count("select count(*) from content_blob where session_id = '" + session + "'");
  }

  private static long count(String sql) {
    return Outcome.of(database.query("t", sql, Tuple.tuple())).iterator().next().getLong(0);
  }

  private String path(String rest) {
    return "/api/sessions/" + session + rest;
  }
}
