package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ash.coordinator.store.Database;
import io.ash.testing.AshServer;
import io.ash.testing.Outcome;
import io.ash.testing.S3Server;
import io.ash.testing.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.sqlclient.Row;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Sessions whose files lie outside the database, and a place that goes away and comes back. */
@ExtendWith(VertxExtension.class)
class DepotsIT {
  private static final int KILLS = 5;
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  @TempDir Path directory;
  private AshServer server;
  private String session;

  private AshServer start(Map<String, String> settings) throws Exception {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("ASH_DATABASE_URL", postgres.url());
    server = AshServer.start(directory.resolve("data"), environment);
    server.call("POST", "/api/agents", "{\"name\":\"instant\",\"builtin\":\"instant\"}").ok();
    session = server.post("/api/sessions", "{\"agent\":\"instant\"}").at("/session/id").asText();
    return server;
  }

  @Test
  void workspacesComeBackFromABucketAndOutagesOfItLoseNothing() throws Exception {
    try (S3Server s3 = S3Server.start(directory.resolve("s3"))) {
      try (AshServer running = start(bucket(s3, "ash"))) {
        assertThat(running.process().isAlive()).isTrue();
        exec(
            "head -c 9000000 /dev/urandom > noise && mkdir a && echo hello > a/b && chmod 700 a/b");
        String sums = exec("sha256sum noise a/b; ls -l a");
        act("stop");
        assertThat(objects(s3)).isGreaterThanOrEqualTo(5);
        act("resume");
        assertThat(exec("sha256sum noise a/b; ls -l a")).isEqualTo(sums);

        s3.kill();
        exec("echo later > c");
        assertThat(message("are you there")).contains("done");
        Awaitility.await("the outage shows").atMost(LIMIT).until(() -> !filesAreUp());
        JsonNode refused =
            server.call("POST", "/api/agents", "{\"name\":\"echo\",\"builtin\":\"echo\"}").json();
        assertThat(refused.at("/code").asText()).isEqualTo("unavailable");
        s3.again();
        Awaitility.await("the end of it shows").atMost(LIMIT).until(this::filesAreUp);

        act("stop");
        act("resume");
        assertThat(exec("cat c")).isEqualTo("later\n");
      }
    }
  }

  @Test
  void aStopDuringAnOutageOfTheBucketLosesNothing() throws Exception {
    try (S3Server s3 = S3Server.start(directory.resolve("s3"))) {
      try (AshServer running = start(bucket(s3, "kept"))) {
        exec("mkdir a && echo saved > a/b && echo hidden > ~/.own");
        act("stop");
        act("resume");
        s3.kill();
        exec("echo later > a/c && echo more >> ~/.own && rm a/b");
        act("stop");
        assertThat(events()).contains("workspace_kept");
        s3.again();
        act("resume");
        assertThat(exec("ls a; cat a/c ~/.own")).isEqualTo("c\nlater\nhidden\nmore\n");
        assertThat(events()).contains("workspace_recovered");

        s3.kill();
        exec("echo last > a/d");
        running.stop();
        s3.again();
        running.start();
        act("resume");
        assertThat(exec("ls a; cat a/d ~/.own")).isEqualTo("c\nd\nlast\nhidden\nmore\n");
        act("stop");
        Awaitility.await("what is saved is not kept any more")
            .atMost(LIMIT)
            .untilAsserted(() -> assertThat(directory.resolve("data/kept")).isEmptyDirectory());
      }
    }
  }

  private static Map<String, String> bucket(S3Server s3, String prefix) {
    return Map.of(
        "ASH_SNAPSHOT_URL",
        "s3://files/" + prefix,
        "AWS_ENDPOINT_URL",
        s3.endpoint(),
        "ASH_S3_ACCESS_KEY_ID",
        S3Server.KEY_ID,
        "ASH_S3_SECRET_ACCESS_KEY",
        S3Server.SECRET);
  }

  private String events() throws Exception {
    return server.call("GET", "/api/sessions/" + session + "/events?limit=1000", null).body();
  }

  @Test
  void workspacesComeBackFromADirectory() throws Exception {
    Path place = Files.createDirectory(directory.resolve("place"));
    try (AshServer running = start(Map.of("ASH_SNAPSHOT_URL", "file://" + place))) {
      assertThat(running.process().isAlive()).isTrue();
      exec("echo hello > a");
      act("stop");
      act("resume");
      assertThat(exec("cat a")).isEqualTo("hello\n");
      try (Stream<Path> all = Files.walk(place.resolve("blobs"))) {
        assertThat(all.filter(Files::isRegularFile)).isNotEmpty();
      }
    }
  }

  @Test
  void noRowIsWithoutItsBytesHoweverTheServerDies(Vertx vertx) throws Exception {
    Path place = Files.createDirectory(directory.resolve("place"));
    Random random = new Random(20_261_123);
    Database database = postgres.database(vertx);
    try (AshServer running = start(Map.of("ASH_SNAPSHOT_URL", "file://" + place))) {
      for (int kill = 0; kill < KILLS; kill++) {
        session =
            running.post("/api/sessions", "{\"agent\":\"instant\"}").at("/session/id").asText();
        long before = count(place);
        exec(
            "for i in $(seq 300); do head -c 9000 /dev/urandom > f$i; done;"
                + " head -c 12000000 /dev/urandom > large");
        long wanted = before + 3 + random.nextInt(600);
        Awaitility.await("a snapshot is on its way")
            .atMost(LIMIT)
            .pollInterval(Duration.ofMillis(10))
            .until(() -> count(place) > wanted);
        running.kill();
        assertThat(rowsWithoutBytes(database, place)).isEmpty();
        running.start();
      }
      assertThat(
              Outcome.of(
                      database.query(
                          "t",
                          "select 1 from blob join depot on depot.id = blob.depot where url = 'file://"
                              + place
                              + "'"))
                  .size())
          .isGreaterThan(KILLS);
    }
  }

  private static long count(Path place) throws Exception {
    try (Stream<Path> all = Files.walk(place)) {
      return all.count();
    } catch (UncheckedIOException e) {
      return 0; // renamed while it was walked over
    }
  }

  /** Rows whose bytes are not there whole, in a database whose server has just died. */
  private static List<String> rowsWithoutBytes(Database database, Path place) throws Exception {
    List<String> without = new ArrayList<>();
    for (Row row :
        Outcome.of(
            database.query(
                "t",
                "select key, tag, size from blob where depot = (select id from depot where url = 'file://"
                    + place
                    + "')"))) {
      String key = row.getString("key");
      Path file =
          place
              .resolve("blobs")
              .resolve(key.substring(0, 2))
              .resolve(key.substring(2, 4))
              .resolve(key + "-" + row.getString("tag"));
      if (!Files.exists(file) || Files.size(file) != row.getInteger("size")) {
        without.add(file.toString());
      }
    }
    return without;
  }

  private static long objects(S3Server s3) throws Exception {
    try (Stream<Path> all = Files.walk(s3.file("ash/blobs"))) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  private boolean filesAreUp() throws Exception {
    for (JsonNode check : server.call("GET", "/health", null).json().at("/checks")) {
      if (check.at("/name").asText().equals("files")) {
        return check.at("/status").asText().equals("up");
      }
    }
    throw new AssertionError("there is no check of the files");
  }

  private String message(String text) throws Exception {
    var turn =
        server.stream(
            "POST", "/api/sessions/" + session + "/messages", "{\"content\":\"" + text + "\"}");
    turn.untilOver();
    return turn.frames().toString();
  }

  private String exec(String command) throws Exception {
    JsonNode done =
        server.post(
            "/api/sessions/" + session + "/exec",
            JsonNodeFactory.instance.objectNode().put("command", command).toString());
    assertThat(done.at("/exitCode").asInt(-1)).as("%s", done).isZero();
    return done.at("/stdout").asText();
  }

  private void act(String what) throws Exception {
    server.call("POST", "/api/sessions/" + session + "/" + what, null).ok();
  }
}
