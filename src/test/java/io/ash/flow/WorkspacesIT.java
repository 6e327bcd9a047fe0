package io.ash.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ash.testing.AshServer;
import io.ash.testing.TestPostgres;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
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
    HttpResponse<byte[]> got =
        HttpClient.newHttpClient()
            .send(
                server.request(path("workspace")).GET().build(),
                HttpResponse.BodyHandlers.ofByteArray());
    assertThat(got.statusCode()).isEqualTo(200);
    return got.body();
  }

  private JsonNode upload(byte[] bundle) throws Exception {
    return server.post(
        path("workspace"), "{\"bundle\":\"" + Base64.getEncoder().encodeToString(bundle) + "\"}");
  }

  private String path(String rest) {
    return "/api/sessions/" + session + "/" + rest;
  }
}
