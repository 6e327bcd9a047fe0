package io.ash.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ash.config.Secret;
import io.ash.coordinator.agent.Agents;
import io.ash.coordinator.agent.DeployConfig;
import io.ash.coordinator.auth.InternalAccess;
import io.ash.coordinator.auth.KeyHashes;
import io.ash.coordinator.auth.Keys;
import io.ash.coordinator.auth.Seals;
import io.ash.coordinator.auth.Tenants;
import io.ash.coordinator.store.AgentStore;
import io.ash.coordinator.store.BlobStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.KeyStore;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Agents and API keys through the public door, on a real database. */
@ExtendWith(VertxExtension.class)
class AgentRoutesIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  @TempDir Path dir;
  private final String name = "a-" + UUID.randomUUID();
  private final String tenant = "t-" + UUID.randomUUID();
  private Vertx vertx;
  private Keys keys;
  private Agents agents;
  private DoorServer server;
  private String key;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    this.vertx = vertx;
    Database database = postgres.database(vertx);
    KeyStore store = new KeyStore(database);
    Tenants tenants = new Tenants(store);
    keys =
        new Keys(
            store,
            tenants,
            new KeyHashes(Optional.empty()),
            Optional.of(new Secret("operator-key")),
            Ticker.system());
    agents =
        new Agents(
            vertx,
            new AgentStore(database),
            new BlobStore(database),
            tenants,
            Seals.with(new Secret("master")),
            new DeployConfig(dir.resolve("data"), List.of(dir), DeployConfig.DefaultRuntime.CLAUDE),
            () -> Instant.ofEpochMilli(1_700_000_000_000L));
    server = serve(new InternalAccess(Optional.of(new Secret("inside")), false));
    key = "Bearer " + Outcome.of(keys.create(tenant, "test")).key().plain();
  }

  private DoorServer serve(InternalAccess access) throws Exception {
    Bodies bodies = new Bodies(Timers.of(vertx), 256 * Bodies.MIB);
    ApiKeyRoutes keyRoutes = new ApiKeyRoutes(vertx, bodies, keys, access);
    return new DoorServer(vertx, Set.of())
        .open(keyRoutes.internalRouter())
        .keyed(new AgentRoutes(vertx, bodies, agents).router())
        .keyed(keyRoutes.router())
        .start(new Authentication(keys::authenticate));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private HttpResponse<String> send(String method, String path, @Nullable String body)
      throws Exception {
    return server.send(method, path, body, "Authorization", key);
  }

  private JsonNode ok(String method, String path, @Nullable String body) throws Exception {
    HttpResponse<String> response = send(method, path, body);
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 201);
    return DoorServer.json(response);
  }

  private void refused(int status, String text, String method, String path, @Nullable String body)
      throws Exception {
    HttpResponse<String> response = send(method, path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode json = DoorServer.json(response);
    assertThat(json.get("error").textValue()).contains(text);
    assertThat(json.get("statusCode").intValue()).isEqualTo(status);
    assertThat(json.get("code").textValue()).isNotEmpty();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private String upload(String path, String content) {
    return "{\"name\":\""
        + name
        + "\",\"systemPrompt\":\"p\",\"files\":[{\"path\":\""
        + path
        + "\",\"content\":\""
        + base64(content)
        + "\"}]}";
  }

  @Test
  void isDescribedRouteByRoute() {
    Set<String> described = new TreeSet<>();
    DocsRoutes.document()
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    described.removeIf(
        o -> !o.matches("(GET|POST|PATCH|DELETE) /api/(agents|api-keys|internal).*"));

    assertThat(server.routes.operations())
        .filteredOn(operation -> !operation.startsWith("HEAD "))
        .map(o -> o.replaceAll(":([a-z]+)", "{$1}").replace("/*", "/{path}"))
        .containsExactlyInAnyOrderElementsOf(described);
  }

  @Test
  void deploysListsAndDeletesAnAgent() throws Exception {
    HttpResponse<String> created =
        send("POST", "/api/agents", "{\"name\":\"" + name + "\",\"env\":{\"TOKEN\":\"s3cret\"}}");
    assertThat(created.statusCode()).isEqualTo(201);
    JsonNode agent = DoorServer.json(created).get("agent");

    assertThat(UUID.fromString(agent.get("id").textValue())).isNotNull();
    assertThat(agent.get("name").textValue()).isEqualTo(name);
    assertThat(agent.get("version").intValue()).isEqualTo(1);
    assertThat(agent.get("path").textValue()).isNotEmpty();
    assertThat(agent.get("tenantId").textValue()).isEqualTo(tenant);
    assertThat(agent.get("env").toString()).isEqualTo("{\"TOKEN\":\"***\"}");
    assertThat(agent.get("createdAt").textValue())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    assertThat(created.body()).doesNotContain("s3cret");
    assertThat(ok("GET", "/api/agents/" + name, null).get("agent")).isEqualTo(agent);
    assertThat(ok("GET", "/api/agents", null).get("agents").get(0)).isEqualTo(agent);

    assertThat(ok("DELETE", "/api/agents/" + name, null).get("ok").booleanValue()).isTrue();

    refused(404, "Agent not found", "GET", "/api/agents/" + name, null);
    refused(404, "Agent not found", "DELETE", "/api/agents/" + name, null);
    assertThat(ok("GET", "/api/agents", null).get("agents")).isEmpty();
  }

  @Test
  void patchesEnvAndConfig() throws Exception {
    ok("POST", "/api/agents", upload("x", "1"));

    JsonNode patched =
        ok(
            "PATCH",
            "/api/agents/" + name,
            "{\"env\":{\"A\":\"1\"},\"config\":{\"model\":\"m\"},\"slug\":\"ignored\"}");
    JsonNode config = ok("PATCH", "/api/agents/" + name + "/config", "{\"max_turns\":3}");

    assertThat(patched.get("agent").get("version").intValue()).isEqualTo(1);
    assertThat(patched.get("agent").get("env").get("A").textValue()).isEqualTo("***");
    assertThat(config.toString()).isEqualTo("{\"config\":{\"model\":\"m\",\"max_turns\":3}}");
    assertThat(ok("PATCH", "/api/agents/" + name + "/config", "{}")).isEqualTo(config);
    assertThat(ok("GET", "/api/agents/" + name + "/config", null)).isEqualTo(config);
    assertThat(ok("PATCH", "/api/agents/" + name, "{\"env\":{}}").get("agent").has("env"))
        .isFalse();
    refused(400, "body must be an object", "PATCH", "/api/agents/" + name, null);
    refused(400, "body must be an object", "PATCH", "/api/agents/" + name + "/config", "[]");
    refused(400, "body/env", "PATCH", "/api/agents/" + name, "{\"env\":{\"A\":1}}");
    refused(400, "body/config", "PATCH", "/api/agents/" + name, "{\"config\":\"x\"}");
    refused(404, "Agent not found", "PATCH", "/api/agents/none", "{}");
    refused(404, "Agent not found", "GET", "/api/agents/none/config", null);
  }

  @Test
  void readsAndChangesFiles() throws Exception {
    ok("POST", "/api/agents", upload("docs/read me.md", "grüße"));
    String files = "/api/agents/" + name + "/files";

    assertThat(ok("GET", files, null).get("files"))
        .extracting(f -> f.get("path").textValue())
        .containsExactly("CLAUDE.md", "docs/read me.md");
    assertThat(ok("GET", files, null).get("files").get(1).get("modifiedAt").textValue())
        .isEqualTo("2023-11-14T22:13:20.000Z");
    assertThat(ok("GET", files + "/docs/read%20me.md", null).toString())
        .isEqualTo("{\"path\":\"docs/read me.md\",\"content\":\"grüße\",\"size\":7}");
    HttpResponse<String> raw = send("GET", files + "/docs/read%20me.md?format=raw", null);
    assertThat(raw.body()).isEqualTo("grüße");
    assertThat(raw.headers().firstValue("Content-Type")).contains("text/markdown");
    assertThat(raw.headers().firstValue("Content-Length")).contains("7");
    assertThat(raw.headers().firstValue("Content-Disposition"))
        .contains("attachment; filename*=UTF-8''read%20me.md");
    assertThat(send("HEAD", files + "/CLAUDE.md?format=raw", null).statusCode()).isEqualTo(200);

    JsonNode written =
        ok("POST", files, "{\"files\":[{\"path\":\"b\",\"content\":\"" + base64("b") + "\"}]}");
    assertThat(written.get("written").intValue()).isEqualTo(1);
    assertThat(ok("DELETE", files + "/b", null).get("deleted").booleanValue()).isTrue();
    assertThat(ok("GET", "/api/agents/" + name, null).get("agent").get("version").intValue())
        .isEqualTo(3);

    refused(404, "File not found", "DELETE", files + "/b", null);
    refused(404, "File not found", "GET", files + "/b", null);
    refused(400, "Path is not a file", "GET", files + "/docs", null);
    refused(400, "Invalid file path", "GET", files + "/..%2f..%2fetc%2fpasswd", null);
    refused(400, "Path escapes agent directory", "DELETE", files + "/..%2fx", null);
    refused(400, "querystring/format", "GET", files + "/CLAUDE.md?format=xml", null);
    refused(400, "body/files is required", "POST", files, "{}");
    refused(400, "body/files", "POST", files, "{\"files\":[]}");
    refused(
        400,
        "Path \"../" + name + "-other/x\" escapes agent directory",
        "POST",
        files,
        "{\"files\":[{\"path\":\"ok\",\"content\":\"\"},{\"path\":\"../"
            + name
            + "-other/x\",\"content\":\"\"}]}");
    refused(404, "File not found", "GET", files + "/ok", null);
    refused(404, "Agent not found", "GET", "/api/agents/none/files", null);
  }

  @Test
  void refusesAFileThatIsTooLargeForJsonButSendsItRaw() throws Exception {
    ok("POST", "/api/agents", upload("big.bin", "x".repeat(1_048_577)));
    String file = "/api/agents/" + name + "/files/big.bin";

    refused(400, "File too large (1048577 bytes, max 1048576)", "GET", file, null);
    assertThat(send("GET", file + "?format=raw", null).body()).hasSize(1_048_577);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | body/name is required",
        "{\"name\":1} | body/name must be a string",
        "{\"name\":\"\"} | body/name",
        "{\"name\":\"a b\"} | body/name must consist of",
        "{\"name\":\"../x\"} | body/name must consist of",
        "{\"name\":\"x\",\"path\":5} | body/path must be a string",
        "{\"name\":\"x\",\"path\":\"\"} | body/path",
        "{\"name\":\"x\",\"files\":\"no\"} | body/files",
        "{\"name\":\"x\",\"files\":[1]} | body/files/0 must be an object",
        "{\"name\":\"x\",\"files\":[{\"path\":\"a\"}]} | body/files/0/content is required",
        "{\"name\":\"x\",\"files\":[{\"path\":\"a\",\"content\":\"%%\"}]} | body/files/0/content must be base64",
        "{\"name\":\"x\",\"files\":[{\"path\":\"../a\",\"content\":\"\"}]} | Path \"../a\" escapes",
        "{\"name\":\"x\",\"files\":[{\"path\":\"/a\",\"content\":\"\"}]} | Path \"/a\" escapes",
        "{\"name\":\"x\",\"files\":[{\"path\":\"a\\u0000\",\"content\":\"\"}]} | NUL",
        "{\"name\":\"x\",\"systemPrompt\":[]} | body/systemPrompt must be a string",
        "{\"name\":\"x\",\"env\":[]} | body/env must be an object",
        "{\"name\":\"x\",\"env\":{\"A\":null}} | body/env/A must be a string",
        "{\"name\":\"x\",\"env\":{\"1\":\"x\"}} | is no name",
        "{\"name\":\"x\",\"builtin\":\"nothing\"} | no built-in agent",
        "{\"name\":\"x\",\"builtin\":\"echo\",\"path\":\"p\"} | goes alone",
        "{\"name\":\"x\",\"path\":\"/etc\"} | tenant default only",
        "[] | body must be an object",
        "{ | body must be valid JSON",
      })
  void refusesWhatItCannotDeployAndChangesNothing(String body, String text) throws Exception {
    refused(400, text, "POST", "/api/agents", body);
    assertThat(ok("GET", "/api/agents", null).get("agents")).isEmpty();
  }

  @Test
  void saysWhatThisVersionCannotDo() throws Exception {
    refused(422, "runtime acp", "POST", "/api/agents", upload("ash.yaml", "runtime: acp"));
  }

  @Test
  void deploysByPathForTheOperator() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("mine"));
    String body = "{\"name\":\"" + name + "\",\"path\":\"" + folder + "\"}";
    String operator = "Bearer operator-key";

    HttpResponse<String> without =
        server.send("POST", "/api/agents", body, "Authorization", operator);
    Files.writeString(folder.resolve("CLAUDE.md"), "hi");
    HttpResponse<String> with = server.send("POST", "/api/agents", body, "Authorization", operator);

    assertThat(without.statusCode()).isEqualTo(400);
    assertThat(without.body()).contains("Agent directory must contain CLAUDE.md");
    assertThat(with.statusCode()).isEqualTo(201);
    assertThat(DoorServer.json(with).get("agent").get("path").textValue())
        .isEqualTo(folder.toString());
    refused(404, "Agent not found", "GET", "/api/agents/" + name, null);
  }

  @Test
  void deploysABuiltInAgent() throws Exception {
    JsonNode agent =
        ok("POST", "/api/agents", "{\"name\":\"" + name + "\",\"builtin\":\"echo\"}").get("agent");

    assertThat(agent.get("runtime").textValue()).isEqualTo("jsonl");
    assertThat(agent.get("path").textValue()).isEqualTo("builtin:echo");
  }

  @Test
  void takesAnAgentOfManyMegabytes() throws Exception {
    ok("POST", "/api/agents", upload("large", "x".repeat(20 << 20)));
    refused(413, "64 MiB", "POST", "/api/agents", upload("large", "x".repeat(65 << 20)));
  }

  @Test
  void managesKeysOfTheCallersTenant() throws Exception {
    HttpResponse<String> made = send("POST", "/api/api-keys", "{\"label\":\"ci\"}");
    assertThat(made.statusCode()).isEqualTo(201);
    String id = DoorServer.json(made).get("id").textValue();
    String plain = DoorServer.json(made).get("key").textValue();
    assertThat(plain).matches("ash_[A-Za-z0-9_-]{32}");
    assertThat(server.send("POST", "/api/api-keys", null, "Authorization", key).statusCode())
        .isEqualTo(201);

    HttpResponse<String> listed = send("GET", "/api/api-keys", null);

    assertThat(listed.body()).doesNotContain(plain);
    assertThat(DoorServer.json(listed).get("keys"))
        .extracting(k -> k.get("label").textValue())
        .containsExactly("dashboard-key", "ci", "test");
    assertThat(DoorServer.json(listed).get("keys").get(1).get("keyPrefix").textValue())
        .isEqualTo(plain.substring(0, 8) + "••••");
    HttpResponse<String> other =
        server.send("DELETE", "/api/api-keys/" + id, null, "Authorization", "Bearer operator-key");
    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(DoorServer.json(other).get("error").textValue()).isEqualTo("API key not found");
    assertThat(
            server
                .send("GET", "/api/agents", null, "Authorization", "Bearer " + plain)
                .statusCode())
        .isEqualTo(200);

    assertThat(ok("DELETE", "/api/api-keys/" + id, null).get("ok").booleanValue()).isTrue();

    assertThat(
            server
                .send("GET", "/api/agents", null, "Authorization", "Bearer " + plain)
                .statusCode())
        .isEqualTo(401);
    refused(404, "API key not found", "DELETE", "/api/api-keys/" + id, null);
    refused(404, "API key not found", "DELETE", "/api/api-keys/nonsense", null);
    refused(400, "ASH_API_KEY", "DELETE", "/api/api-keys/env", null);
    refused(400, "body/label must be a string", "POST", "/api/api-keys", "{\"label\":5}");
    refused(400, "body/label", "POST", "/api/api-keys", "{\"label\":\"a\\u0000\"}");
  }

  @Test
  void showsTheKeyFromTheEnvironmentToItsTenantOnly() throws Exception {
    HttpResponse<String> operator =
        server.send("GET", "/api/api-keys", null, "Authorization", "Bearer operator-key");

    assertThat(DoorServer.json(operator).get("keys").get(0).toString())
        .isEqualTo(
            "{\"id\":\"env\",\"label\":\"ASH_API_KEY (environment variable)\","
                + "\"keyPrefix\":\"operat••••\",\"createdAt\":\"\"}");
    assertThat(send("GET", "/api/api-keys", null).body()).doesNotContain("\"env\"");
  }

  @Test
  void answersWithTheThreeTextsOfTheContract() throws Exception {
    for (String[] sent :
        new String[][] {
          {"", "Missing Authorization header"},
          {"Token x", "Invalid Authorization header format"},
          {"Bearer x", "Invalid API key"}
        }) {
      HttpResponse<String> response =
          server.send("GET", "/api/agents", null, "Authorization", sent[0]);
      assertThat(response.statusCode()).isEqualTo(401);
      assertThat(DoorServer.json(response).get("error").textValue()).isEqualTo(sent[1]);
    }
  }

  @Test
  void makesKeysForTenantsOfAPlatform() throws Exception {
    String body = "{\"tenantId\":\"customer-7\"}";
    HttpResponse<String> made =
        server.send("POST", "/api/internal/api-keys", body, "Authorization", "Bearer inside");

    assertThat(made.statusCode()).isEqualTo(200);
    assertThat(DoorServer.json(made).get("tenantId").textValue()).isEqualTo("customer-7");
    String plain = DoorServer.json(made).get("key").textValue();
    assertThat(Outcome.of(keys.authenticate("Bearer " + plain)).tenant()).isEqualTo("customer-7");
    for (String header : List.of("", key, "Bearer operator-key", "Bearer insid")) {
      HttpResponse<String> no =
          server.send("POST", "/api/internal/api-keys", body, "Authorization", header);
      assertThat(no.statusCode()).isEqualTo(401);
      assertThat(DoorServer.json(no).get("error").textValue())
          .isEqualTo("Unauthorized — invalid or missing internal secret");
    }
    HttpResponse<String> nobody =
        server.send("POST", "/api/internal/api-keys", "{}", "Authorization", "Bearer inside");
    assertThat(nobody.statusCode()).isEqualTo(400);
    assertThat(DoorServer.json(nobody).get("error").textValue())
        .isEqualTo("Missing required field: tenantId");
    HttpResponse<String> odd =
        server.send(
            "POST",
            "/api/internal/api-keys",
            "{\"tenantId\":\"../x\"}",
            "Authorization",
            "Bearer inside");
    assertThat(odd.statusCode()).isEqualTo(400);
  }

  @Test
  void closesInternalRoutesWithoutASecretUnlessOnLoopback() throws Exception {
    String body = "{\"tenantId\":\"customer-8\"}";
    try (DoorServer reachable = serve(new InternalAccess(Optional.empty(), false));
        DoorServer local = serve(new InternalAccess(Optional.empty(), true))) {
      HttpResponse<String> no =
          reachable.send("POST", "/api/internal/api-keys", body, "Authorization", "");
      assertThat(no.statusCode()).isEqualTo(503);
      assertThat(DoorServer.json(no).get("error").textValue())
          .isEqualTo("Internal endpoints disabled — ASH_INTERNAL_SECRET is required in production");
      assertThat(
              local.send("POST", "/api/internal/api-keys", body, "Authorization", "").statusCode())
          .isEqualTo(200);
    }
  }
}
