package io.ash.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.ash.testing.AshServer;
import io.ash.testing.SseReader;
import io.ash.testing.SseReader.Frame;
import io.ash.testing.TestPostgres;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the files of a session, live, at rest and where the store lost some. */
class WorkspacesIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  @TempDir static Path directory;
  private static AshServer server;

  private static final ObjectMapper JSON = new ObjectMapper();
  private String session;

  @BeforeAll
  static void start() throws Exception {
    server =
        AshServer.start(
            directory.resolve("data"), new HashMap<>(Map.of("ASH_DATABASE_URL", postgres.url())));
    server.post("/api/agents", "{\"name\":\"instant\",\"builtin\":\"instant\"}");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void open() throws Exception {
    session = server.post("/api/sessions", "{\"agent\":\"instant\"}").at("/session/id").asText();
  }

  @Test
  void carriesABundleFromALiveSessionIntoOneAtRestAndBack() throws Exception {
    exec(
        "mkdir -p src/hollow .git node_modules tmp && echo Hallo > src/größe.txt && chmod 750"
            + " src/größe.txt && echo x > .git/HEAD && echo y > node_modules/a && echo z > tmp/b &&"
            + " echo s > .env && ln -s größe.txt src/near && ln -s /etc/passwd out"
            + " && head -c 9000000 /dev/urandom > noise");
    String sums =
        exec(
            "find . -type f -not -name '.env' -not -path './tmp/*' -not -path"
                + " './node_modules/*' | sort | xargs sha256sum; ls -l src | grep rwxr-x---; readlink out"
                + " src/near; ls -d src/hollow");
    byte[] live = download();
    act("stop");
    byte[] atRest = download();
    String other = session;
    open();
    act("stop");
    assertThat(upload(atRest).at("/message").asText()).isEqualTo("Workspace saved as snapshot");
    JsonNode files = server.get("/api/sessions/" + session + "/files");
    act("resume");

    assertThat(
            exec(
                "find . -type f | sort | xargs sha256sum; ls -l src | grep rwxr-x---; readlink"
                    + " out src/near; ls -d src/hollow"))
        .isEqualTo(sums);
    assertThat(files.at("/source").asText()).isEqualTo("snapshot");
    assertThat(files.at("/files").findValuesAsText("path"))
        .contains("noise", "src/größe.txt")
        .doesNotContain(".git/HEAD");
    assertThat(upload(live).at("/message").asText()).contains("live sandbox");
    server.call("DELETE", "/api/sessions/" + other, null);
  }

  @Test
  void goesBackToThePreviousSnapshotWhereTheNewestIsDamagedAndSaysSo() throws Exception {
    twoSnapshots();
    damage(1);
    AshServer.Reply list = server.call("GET", path("files"), null);
    assertThat(list.status()).isEqualTo(409);
    assertThat(list.json().at("/code").asText()).isEqualTo("workspace_damaged");

    act("resume");

    assertThat(exec("cat f; test ! -e only-in-the-newest")).isEqualTo("one\n");
    String events = server.get(path("events")).toString();
    assertThat(events).contains("workspace_restored_from_previous", "is damaged");
    JsonNode resumed = lifecycle("resumed");
    assertThat(resumed.at("/turnsNotInWorkspace").asInt(-1)).isEqualTo(1);
    talk("third");
    exec("echo three > f");
    act("stop");
    act("resume");
    assertThat(exec("cat f")).isEqualTo("three\n");
    assertThat(lifecycle("resumed").at("/turnsNotInWorkspace").asInt(-1)).isZero();
  }

  @Test
  void refusesToResumeWhereBothSnapshotsAreDamagedAndLosesNothing() throws Exception {
    twoSnapshots();
    postgres.execute("create table kept as select * from blob");
    try {
      damage(2);
      AshServer.Reply no = server.call("POST", path("resume"), null);
      assertThat(no.status()).isEqualTo(409);
      assertThat(no.json().at("/code").asText()).isEqualTo("workspace_damaged");
      assertThat(status()).isEqualTo("paused");
      SseReader turn = talk("are you there");
      assertThat(turn.frames()).extracting(Frame::event).endsWith("done");
      assertThat(turn.frames().toString()).contains("failed", "can be read");
      assertThat(status()).isEqualTo("paused");
    } finally {
      postgres.execute(
          "update blob set bytes = kept.bytes from kept where kept.key = blob.key;"
              + " drop table kept");
    }

    act("resume");

    assertThat(exec("cat f")).isEqualTo("two\n");
    assertThat(server.get(path("messages")).toString()).contains("are you there");
  }

  @Test
  void bringsBackFilesHomeAndConversationAndSharesThemWithAFork() throws Exception {
    server.post("/api/agents", "{\"name\":\"echo\",\"builtin\":\"echo\"}");
    session = server.post("/api/sessions", "{\"agent\":\"echo\"}").at("/session/id").asText();
    talk("the blue door");
    exec("echo kept > file && echo home > ~/.own && mkdir .git && echo ref > .git/HEAD");
    act("stop");
    String parent = session;
    String child = server.call("POST", path("fork"), null).ok().at("/session/id").asText();
    postgres.execute(
        "do $$ begin if (select count(distinct manifest) from snapshot where session_id in ('"
            + parent
            + "', '"
            + child
            + "') and no in (1, (select max(no) from snapshot where"
            + " session_id = '"
            + parent
            + "'))) <> 1"
            + " then raise 'a fork has blobs of its own'; end if; end $$");

    for (String each : List.of(parent, child)) {
      session = each;
      act("resume");
      assertThat(exec("cat file ~/.own .git/HEAD")).isEqualTo("kept\nhome\nref\n");
      assertThat(text(talk("what did I say"))).contains("the blue door");
    }
    exec("echo changed > file");
    session = parent;
    assertThat(exec("cat file")).isEqualTo("kept\n");
  }

  @Test
  void keepsEveryTurnOfAnAgentThatAsksForItThroughAKill() throws Exception {
    String yaml =
        "runtime: jsonl\ncommand: [sh, agent.sh]\ndurability: turn\nsnapshot: {skip: [cache]}\n";
    String agent =
        "while IFS= read -r line; do case $line in *user.message*) turn=${line#*'\"turn\":'};"
            + " turn=${turn%%[!0-9]*}; mkdir -p cache; echo $turn >> turns; echo x > cache/y;"
            + " printf '{\"type\":\"done\",\"turn\":%s}\\n' \"$turn\";; esac; done\n";
    server.post(
        "/api/agents",
        "{\"name\":\"careful\",\"files\":["
            + file("ash.yaml", yaml)
            + ","
            + file("agent.sh", agent)
            + "]}");
    session = server.post("/api/sessions", "{\"agent\":\"careful\"}").at("/session/id").asText();
    for (int turn = 1; turn <= 3; turn++) {
      talk("go");
    }
    server.kill();
    server.start();

    act("resume");

    assertThat(exec("cat turns; test ! -e cache/y")).isEqualTo("1\n2\n3\n");
    assertThat(lifecycle("resumed").at("/turnsNotInWorkspace").asInt(-1)).isZero();
  }

  private static String file(String path, String content) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("path", path)
        .put("content", Base64.getEncoder().encodeToString(content.getBytes(UTF_8)))
        .toString();
  }

  /** A session at rest whose newest snapshot has one turn more than the one before. */
  private void twoSnapshots() throws Exception {
    talk("first");
    exec("echo one > f");
    act("pause");
    act("resume");
    talk("second");
    exec("echo two > f && touch only-in-the-newest");
    act("stop");
  }

  /** Damages the manifests of the newest snapshots. */
  private void damage(int snapshots) {
    postgres.execute(
        "update blob set bytes = '\\x0061' where key in (select manifest from snapshot"
            + " where session_id = '"
            + session
            + "' order by no desc limit "
            + snapshots
            + ")");
  }

  private SseReader talk(String text) throws Exception {
    SseReader turn = server.stream("POST", path("messages"), "{\"content\":\"" + text + "\"}");
    turn.untilOver();
    return turn;
  }

  private static String text(SseReader turn) {
    return turn.frames().toString();
  }

  private String status() throws Exception {
    return server.get("/api/sessions/" + session).at("/session/status").asText();
  }

  /** The body of the last lifecycle event with an action. */
  private JsonNode lifecycle(String action) throws Exception {
    JsonNode last = MissingNode.getInstance();
    for (JsonNode event : server.get(path("events")).at("/events")) {
      String data = event.at("/data").asText();
      if (event.at("/type").asText().equals("lifecycle") && data.contains(action)) {
        last = JSON.readTree(data);
      }
    }
    return last;
  }

  private String exec(String command) throws Exception {
    JsonNode done =
        server.post(
            path("exec"), JsonNodeFactory.instance.objectNode().put("command", command).toString());
    assertThat(done.at("/exitCode").asInt(-1)).as("%s", done).isZero();
    return done.at("/stdout").asText();
  }

  private void act(String what) throws Exception {
    server.call("POST", path(what), null).ok();
  }

  private byte[] download() throws Exception {
    return server.download(path("workspace"));
  }

  private JsonNode upload(byte[] bundle) throws Exception {
    return server.post(
        path("workspace"), "{\"bundle\":\"" + Base64.getEncoder().encodeToString(bundle) + "\"}");
  }

  private String path(String rest) {
    return "/api/sessions/" + session + "/" + rest;
  }
}
