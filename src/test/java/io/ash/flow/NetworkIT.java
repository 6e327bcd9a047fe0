package io.ash.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ash.testing.AshServer;
import io.ash.testing.TestCertificate;
import io.ash.testing.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What sessions may reach, from the interface to the database to a real program inside. */
class NetworkIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();
  private static final String TOKEN = "token-never-inside-0815";

  @TempDir Path directory;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private Vertx vertx;
  private HttpServer plain;
  private HttpServer tls;
  private AshServer server;
  private String session;

  @BeforeEach
  void open() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed in /usr/bin");
    TestCertificate own = TestCertificate.make(directory, "own", "localhost");
    vertx = Vertx.vertx();
    plain = listen(new HttpServerOptions());
    PfxOptions key = new PfxOptions().setPath(own.store().toString());
    key.setPassword(TestCertificate.PASSWORD);
    tls = listen(new HttpServerOptions().setSsl(true).setKeyCertOptions(key));
    server =
        AshServer.start(
            directory.resolve("data"),
            Map.of(
                "ASH_DATABASE_URL",
                postgres.url(),
                "ASH_NETWORK_PRIVATE_ALLOW",
                "127.0.0.0/8,::1/128",
                "JAVA_TOOL_OPTIONS",
                "-Djavax.net.ssl.trustStore="
                    + own.store()
                    + " -Djavax.net.ssl.trustStoreType=PKCS12 -Djavax.net.ssl.trustStorePassword="
                    + TestCertificate.PASSWORD));
  }

  private HttpServer listen(HttpServerOptions options) throws Exception {
    return vertx
        .createHttpServer(options)
        .requestHandler(this::answer)
        .listen(0, "localhost")
        .await(10, TimeUnit.SECONDS);
  }

  private void answer(HttpServerRequest request) {
    heard.add(request.uri() + " " + request.headers());
    request.response().end("seen " + request.path() + "\n");
  }

  @AfterEach
  void close() throws Exception {
    if (server != null) {
      server.close();
    }
    if (vertx != null) {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  private void agent(String yaml, String env) throws Exception {
    String files =
        List.of(
                file("ash.yaml", "runtime: jsonl\ncommand: [sh, agent.sh]\n" + yaml),
                file("agent.sh", "while IFS= read -r line; do env >env; done\n"))
            .toString();
    server.post("/api/agents", "{\"name\":\"out\",\"files\":" + files + ",\"env\":" + env + "}");
  }

  private static String file(String path, String text) {
    String content = Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    return "{\"path\":\"" + path + "\",\"content\":\"" + content + "\"}";
  }

  private static String network(String place) {
    return "\"network\":{\"allow\":[\"" + place + "\"]}";
  }

  private void create(String more) throws Exception {
    session =
        server.post("/api/sessions", "{\"agent\":\"out\"" + more + "}").at("/session/id").asText();
  }

  private String run(String line) throws Exception {
    String body = JsonNodeFactory.instance.objectNode().put("command", line).toString();
    JsonNode done = server.post(path("exec"), body);
    return done.at("/exitCode").asText() + " " + done.at("/stdout").asText() + done.at("/stderr");
  }

  private void act(String what) throws Exception {
    server.call("POST", path(what), null).ok();
  }

  private AshServer.Reply patch(String body) throws Exception {
    return server.call("PATCH", path("config"), "{" + body + "}");
  }

  private String path(String rest) {
    return "/api/sessions/" + session + "/" + rest;
  }

  @Test
  void aChangedListHoldsAtOnceAndAfterARest() throws Exception {
    agent("", "{}");
    String at = "localhost:" + plain.actualPort();
    create("," + network(at));
    String ask = "curl -s --noproxy '' -x $http_proxy http://" + at;
    assertThat(run(ask + "/1")).contains("seen /1");

    assertThat(patch(network("elsewhere.example")).status()).isEqualTo(200);
    Awaitility.await()
        .atMost(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(run(ask + "/2")).contains("not on the allow-list"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(server.call("GET", path("events"), null).body())
                    .contains("network_refused", "- \\\\\\\"" + at));
    assertThat(server.call("GET", "/metrics", null).body())
        .contains("ash_egress_refusals_total{reason=\"not_listed\"}")
        .doesNotContain(at);

    act("stop");
    act("resume");
    assertThat(run(ask + "/3")).as("it was stored").contains("not on the allow-list");
    act("stop");
    assertThat(patch(network(at)).status()).isEqualTo(200);
    act("resume");
    assertThat(run(ask + "/4")).contains("seen /4");

    AshServer.Reply wider = patch("\"network\":{\"mode\":\"host\"}");
    assertThat(wider.status()).isEqualTo(400);
    assertThat(wider.body()).contains("stop the session first");
    assertThat(run(ask + "/5")).as("nothing changed").contains("seen /5");
    assertThat(patch("\"network\":{\"mode\":\"none\"}").status()).isEqualTo(200);
    assertThat(run(ask + "/6")).doesNotContain("seen /6");
    assertThat(heard.stream().map(line -> line.split(" ")[0])).containsExactly("/1", "/4", "/5");
  }

  @Test
  void aSecretGoesOverTlsToItsServerAndIsNowhereInside() throws Exception {
    agent(
        "secrets: [{env: TOKEN, host: \"localhost:"
            + tls.actualPort()
            + "\", header: Authorization, format: \"Bearer {}\", baseUrlEnv: TOKEN_URL}]\n",
        "{\"TOKEN\":\"" + TOKEN + "\"}");
    create("");
    String traffic =
        run(
            "curl -sS --trace-ascii - -H \"Authorization: Bearer $TOKEN\" $TOKEN_URL/v1/me"
                + " | tee trace");
    assertThat(traffic).contains("seen /v1/me").contains("Bearer ash-placeholder");
    assertThat(heard).singleElement().asString().startsWith("/v1/me").contains("Bearer " + TOKEN);

    server.stream("POST", path("messages"), "{\"content\":\"look\"}").until("session_start");
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> run("cat env").startsWith("0"));
    String everywhere =
        run(
            "env; cat env trace; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n';"
                + " grep -rsl --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr"
                + " never-[i]nside /; echo the end");
    assertThat(everywhere)
        .contains("TOKEN=ash-placeholder", "the end")
        .doesNotContain("never-inside");
    for (String page : List.of("events", "messages", "logs", "config", "files")) {
      assertThat(server.call("GET", path(page), null).body()).doesNotContain("never-inside");
    }
    assertThat(Files.readString(server.log())).doesNotContain("never-inside");
  }
}
