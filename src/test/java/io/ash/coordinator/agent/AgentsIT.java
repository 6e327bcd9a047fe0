package io.ash.coordinator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.blob.CorruptBlob;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestEntry;
import io.ash.config.Secret;
import io.ash.coordinator.agent.Source.UploadedFile;
import io.ash.coordinator.auth.Seals;
import io.ash.coordinator.auth.Tenants;
import io.ash.coordinator.store.AgentStore;
import io.ash.coordinator.store.BlobStore;
import io.ash.coordinator.store.Database;
import io.ash.coordinator.store.KeyStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import io.ash.testing.Outcome;
import io.ash.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
class AgentsIT {
  @RegisterExtension static final TestPostgres postgres = TestPostgres.migrated();

  @TempDir Path dir;
  private final String name = "agent-" + UUID.randomUUID();
  private Vertx vertx;
  private Database database;
  private Path source;
  private Agents agents;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    this.vertx = vertx;
    database = postgres.database(vertx);
    source = Files.createDirectories(dir.resolve("src/one"));
    Files.writeString(source.resolve("CLAUDE.md"), "be kind");
    agents = agents(Seals.with(new Secret("master")), DeployConfig.DefaultRuntime.CLAUDE);
  }

  private Agents agents(Seals seals, DeployConfig.DefaultRuntime runtime) {
    return new Agents(
        vertx,
        new AgentStore(database),
        new BlobStore(database),
        new Tenants(new KeyStore(database)),
        seals,
        new DeployConfig(dir.resolve("data"), List.of(dir.resolve("src")), runtime),
        () -> Instant.ofEpochMilli(1_700_000_000_000L));
  }

  private Deploy upload(String tenant, @Nullable String prompt, UploadedFile... files) {
    return new Deploy(tenant, name, new Source.Uploaded(List.of(files)), prompt, null);
  }

  private Deploy path(Path folder) {
    return new Deploy("default", name, new Source.ServerPath(folder.toString()), null, null);
  }

  private static UploadedFile file(String path, String content) {
    return new UploadedFile(path, Buffer.buffer(content));
  }

  private String read(String tenant, String path) {
    ManifestEntry.File file = Outcome.of(agents.file(tenant, name, path));
    Buffer all = Buffer.buffer();
    file.chunks().forEach(key -> all.appendBuffer(Outcome.of(agents.chunk(tenant, key))));
    return all.toString(StandardCharsets.UTF_8);
  }

  private List<String> paths(String tenant) {
    return Outcome.of(agents.files(tenant, name)).files().stream()
        .map(ManifestEntry.File::path)
        .toList();
  }

  @Test
  void keepsAnAgentWhoseSourceIsGone() throws Exception {
    byte[] large = new byte[9 << 20];
    new Random(5).nextBytes(large);
    Files.write(source.resolve("large.bin"), large);

    AgentView first = Outcome.of(agents.deploy(path(source)));
    Files.delete(source.resolve("CLAUDE.md"));
    Files.delete(source.resolve("large.bin"));
    Files.delete(source);

    assertThat(first.version()).isEqualTo(1);
    assertThat(first.path()).isEqualTo(source.toString());
    assertThat(read("default", "CLAUDE.md")).isEqualTo("be kind");
    ManifestEntry.File file = Outcome.of(agents.file("default", name, "large.bin"));
    Buffer all = Buffer.buffer();
    file.chunks().forEach(key -> all.appendBuffer(Outcome.of(agents.chunk("default", key))));
    assertThat(all.getBytes()).isEqualTo(large);
  }

  @Test
  void countsVersionsAndKeepsTheId() throws Exception {
    AgentView first = Outcome.of(agents.deploy(path(source)));
    Files.writeString(source.resolve("CLAUDE.md"), "be brief");

    AgentView second = Outcome.of(agents.deploy(path(source)));

    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(read("default", "CLAUDE.md")).isEqualTo("be brief");
  }

  @Test
  void needsAPrompt() throws Exception {
    Path empty = Files.createDirectory(dir.resolve("src/empty"));

    assertRefused(
        agents.deploy(path(empty)),
        Refusal.INVALID_REQUEST,
        "Agent directory must contain CLAUDE.md");
    assertRefused(agents.get("default", name), Refusal.AGENT_NOT_FOUND, "Agent not found");
  }

  @Test
  void makesThePromptOfAnUpload() {
    Outcome.of(agents.deploy(upload("t1", "You are terse.")));
    assertThat(read("t1", "CLAUDE.md")).isEqualTo("You are terse.");

    Outcome.of(agents.deploy(upload("t1", "ignored", file("CLAUDE.md", "from files"))));
    assertThat(read("t1", "CLAUDE.md")).isEqualTo("from files");

    Outcome.of(agents.deploy(upload("t2", null)));
    assertThat(read("t2", "CLAUDE.md")).isEqualTo("# " + name + "\n");
  }

  @Test
  void keepsFormerUploadsWhenUploadingAgainButNotOverADeployByPath() {
    Outcome.of(agents.deploy(upload("default", "p", file("a.txt", "a"), file("b.txt", "b"))));
    Outcome.of(agents.deploy(upload("default", null, file("b.txt", "B"), file("c.txt", "c"))));

    assertThat(paths("default")).containsExactly("CLAUDE.md", "a.txt", "b.txt", "c.txt");
    assertThat(read("default", "b.txt")).isEqualTo("B");

    Outcome.of(agents.deploy(path(source)));
    assertThat(paths("default")).containsExactly("CLAUDE.md");
  }

  @Test
  void writesNothingWhereOneFileIsRefused() {
    Outcome.of(agents.deploy(upload("t", "p", file("a.txt", "a"))));

    assertRefused(
        agents.deploy(upload("t", null, file("b.txt", "b"), file("../evil", "x"))),
        Refusal.FILE_REFUSED,
        "Path \"../evil\" escapes agent directory");
    assertRefused(
        agents.putFiles("t", name, List.of(file("b.txt", "b"), file("/etc/x", "x"))),
        Refusal.FILE_REFUSED,
        "Path \"/etc/x\" escapes agent directory");
    assertRefused(
        agents.deploy(upload("t", null, file("b.txt", "1"), file("b.txt", "2"))),
        Refusal.INVALID_REQUEST,
        "The file \"b.txt\" is there twice");
    assertRefused(
        agents.deploy(upload("t", null, file("ash.yaml", "runtime: rust"))),
        Refusal.INVALID_REQUEST,
        "ash.yaml: runtime must be jsonl, claude or acp, not \"rust\"");
    assertThat(Outcome.of(agents.get("t", name)).version()).isEqualTo(1);
    assertThat(paths("t")).containsExactly("CLAUDE.md", "a.txt");
  }

  @Test
  void changesFilesAsNewVersions() {
    Outcome.of(agents.deploy(upload("t", "p", file("ash.yaml", "runtime: claude"))));

    AgentView written =
        Outcome.of(
            agents.putFiles(
                "t",
                name,
                List.of(file("ash.yaml", "{runtime: jsonl, command: [node, x]}"), file("x", "1"))));
    AgentView deleted = Outcome.of(agents.deleteFile("t", name, "x"));

    assertThat(written.version()).isEqualTo(2);
    assertThat(written.definition().runtime()).isEqualTo(RuntimeKind.JSONL);
    assertThat(deleted.version()).isEqualTo(3);
    assertThat(paths("t")).containsExactly("CLAUDE.md", "ash.yaml");
    assertRefused(
        agents.deleteFile("t", name, "CLAUDE.md"),
        Refusal.INVALID_REQUEST,
        "Agent directory must contain CLAUDE.md");
    assertRefused(agents.deleteFile("t", name, "x"), Refusal.FILE_NOT_FOUND, "File not found");
    assertRefused(
        agents.deleteFile("t", name, "../" + name + "x/CLAUDE.md"),
        Refusal.FILE_REFUSED,
        "Path escapes agent directory");
    assertRefused(agents.file("t", name, "a/../x"), Refusal.FILE_REFUSED, "Invalid file path");
  }

  @Test
  void hidesAgentsOfAnotherTenant() {
    AgentView theirs = Outcome.of(agents.deploy(upload("victim", "theirs", file("f", "secret"))));

    assertRefused(agents.get("attacker", name), Refusal.AGENT_NOT_FOUND, "Agent not found");
    assertRefused(agents.files("attacker", name), Refusal.AGENT_NOT_FOUND, "Agent not found");
    assertRefused(agents.delete("attacker", name), Refusal.AGENT_NOT_FOUND, "Agent not found");
    assertRefused(
        agents.patch("attacker", name, Map.of(), null), Refusal.AGENT_NOT_FOUND, "Agent not found");
    assertRefused(
        agents.putFiles("attacker", name, List.of(file("f", "x"))),
        Refusal.AGENT_NOT_FOUND,
        "Agent not found");
    assertRefused(
        agents.forSession("attacker", name),
        Refusal.AGENT_NOT_FOUND,
        "Agent \"" + name + "\" not found");
    assertThat(Outcome.of(agents.list("attacker"))).isEmpty();

    AgentView mine = Outcome.of(agents.deploy(upload("attacker", "mine", file("f", "other"))));

    assertThat(mine.id()).isNotEqualTo(theirs.id());
    assertThat(read("victim", "f")).isEqualTo("secret");
    String key = Outcome.of(agents.file("victim", name, "f")).chunks().get(0);
    assertThat(Outcome.failureOf(agents.chunk("attacker", key))).isInstanceOf(CorruptBlob.class);
  }

  @Test
  void losesNothingWhenManyDeployAtOnce() {
    List<Future<AgentView>> deploys =
        IntStream.range(0, 12)
            .mapToObj(i -> agents.deploy(upload("t", "p", file("f" + i, "x" + i))))
            .toList();

    List<Integer> versions = deploys.stream().map(d -> Outcome.of(d).version()).sorted().toList();

    assertThat(versions).isEqualTo(IntStream.rangeClosed(1, 12).boxed().toList());
    assertThat(paths("t")).hasSize(13);
  }

  @Test
  void losesNothingWhenSeveralServersChangeFilesAtOnce() {
    Outcome.of(agents.deploy(upload("t", "p")));
    Agents other = agents(Seals.without(), DeployConfig.DefaultRuntime.CLAUDE);
    List<Future<AgentView>> edits =
        IntStream.range(0, 10)
            .mapToObj(
                i -> (i % 2 == 0 ? agents : other).putFiles("t", name, List.of(file("f" + i, "x"))))
            .toList();

    edits.forEach(Outcome::of);

    assertThat(Outcome.of(agents.get("t", name)).version()).isEqualTo(11);
    assertThat(paths("t")).hasSize(11);
  }

  @Test
  void doesNotBringBackAnAgentDeletedDuringAChange() {
    Outcome.of(agents.deploy(upload("t", "p")));
    Future<Void> deleted = agents.delete("t", name);
    Future<AgentView> changed = agents.putFiles("t", name, List.of(file("f", "x")));
    Outcome.of(deleted);
    Outcome.of(changed.otherwiseEmpty());

    assertRefused(agents.get("t", name), Refusal.AGENT_NOT_FOUND, "Agent not found");
  }

  @Test
  void sealsTheEnvironmentAndShowsItsNamesOnly() {
    Deploy wish =
        new Deploy(
            "t",
            name,
            new Source.Uploaded(
                List.of(file("ash.yaml", "{runtime: jsonl, command: [x], env: {A: yaml, B: b}}"))),
            null,
            Map.of("A", "deployed-secret", "TOKEN", "t0ken"));

    AgentView view = Outcome.of(agents.deploy(wish));

    assertThat(view.env()).containsExactly("A", "TOKEN");
    assertThat(view.toString()).doesNotContain("deployed-secret");
    assertThat(Outcome.of(agents.forSession("t", name)).env())
        .isEqualTo(Map.of("A", "deployed-secret", "B", "b", "TOKEN", "t0ken"));
    postgres.execute(
        "do $$ begin if exists (select from ash.agent where env like '%t0ken%') then"
            + " raise exception 'stored in the clear'; end if; end $$");
  }

  @Test
  void keepsTheEnvironmentUnlessItIsSent() {
    Deploy wish = new Deploy("t", name, new Source.Uploaded(List.of()), "p", Map.of("A", "1"));
    Outcome.of(agents.deploy(wish));

    assertThat(Outcome.of(agents.deploy(upload("t", "q"))).env()).containsExactly("A");
    UUID before = Outcome.of(agents.forSession("t", name)).revision();
    AgentView patched = Outcome.of(agents.patch("t", name, Map.of(), null));

    assertThat(patched.env()).isEmpty();
    assertThat(patched.version()).isEqualTo(2);
    assertThat(Outcome.of(agents.forSession("t", name)).revision()).isNotEqualTo(before);
  }

  @Test
  void refusesAnEnvironmentThatCannotBeSealedOrIsWrong() {
    Agents keyless = agents(Seals.without(), DeployConfig.DefaultRuntime.CLAUDE);
    Map<String, String> env = Map.of("A", "x");

    assertRefused(
        keyless.deploy(new Deploy("t", name, new Source.Uploaded(List.of()), "p", env)),
        Refusal.NOT_CONFIGURED,
        "ASH_CREDENTIAL_KEY");
    for (Map<String, String> bad :
        List.of(
            Map.of("1A", "x"),
            Map.of("A B", "x"),
            Map.of("", "x"),
            Map.of("A", "x".repeat(40_000)),
            Map.of("A", "\0"))) {
      assertRefused(
          agents.deploy(new Deploy("t", name, new Source.Uploaded(List.of()), "p", bad)),
          Refusal.INVALID_REQUEST,
          "env: ");
    }
    assertRefused(agents.get("t", name), Refusal.AGENT_NOT_FOUND, "Agent not found");
  }

  @Test
  void saysWhenTheEnvironmentWasSealedUnderAnotherKey() {
    Outcome.of(
        agents.deploy(
            new Deploy("t", name, new Source.Uploaded(List.of()), "p", Map.of("A", "x"))));
    Agents other = agents(Seals.with(new Secret("other")), DeployConfig.DefaultRuntime.CLAUDE);

    assertRefused(
        other.forSession("t", name), Refusal.NOT_CONFIGURED, "another ASH_CREDENTIAL_KEY");
    assertThat(Outcome.of(other.get("t", name)).env()).containsExactly("A");
  }

  @Test
  void mergesTheConfigOneLevelDeepAlsoWhenManyDo() {
    Outcome.of(agents.deploy(upload("t", "p")));
    Outcome.of(
        agents.patch("t", name, null, new JsonObject("{\"model\":\"m\",\"x\":{\"a\":1,\"b\":2}}")));
    List<Future<AgentView>> patches =
        IntStream.range(0, 8)
            .mapToObj(i -> agents.patch("t", name, null, new JsonObject().put("k" + i, i)))
            .toList();
    patches.forEach(Outcome::of);

    Outcome.of(agents.patch("t", name, null, new JsonObject("{\"x\":{\"c\":3}}")));

    JsonObject config = Outcome.of(agents.config("t", name));
    assertThat(config.getString("model")).isEqualTo("m");
    assertThat(config.getJsonObject("x")).isEqualTo(new JsonObject("{\"c\":3}"));
    assertThat(config.fieldNames()).hasSize(10);
    assertRefused(
        agents.patch("t", name, null, new JsonObject().put("big", "x".repeat(70_000))),
        Refusal.TOO_LARGE,
        "config");
  }

  @Test
  void runsEchoWhereThatIsTheDefault() {
    Agents echo = agents(Seals.without(), DeployConfig.DefaultRuntime.ECHO);

    AgentView view = Outcome.of(echo.deploy(upload("t", "p")));

    assertThat(view.definition().runtime()).isEqualTo(RuntimeKind.JSONL);
    assertThat(paths("t")).contains("CLAUDE.md", "ash.yaml", "agent.mjs");
    assertThat(read("t", "CLAUDE.md")).isEqualTo("p");
    assertRefused(
        echo.deploy(
            new Deploy(
                "t",
                name + "2",
                new Source.Uploaded(List.of(file("agent.mjs", "mine"))),
                null,
                null)),
        Refusal.INVALID_REQUEST,
        "add an ash.yaml");
  }

  @Test
  void deploysBuiltInAgents() {
    AgentView view =
        Outcome.of(agents.deploy(new Deploy("t", name, new Source.BuiltIn("echo"), null, null)));

    assertThat(view.path()).isEqualTo("builtin:echo");
    assertThat(view.definition().command()).isNotEmpty();
    assertRefused(
        agents.deploy(new Deploy("t", name, new Source.BuiltIn("../x"), null, null)),
        Refusal.INVALID_REQUEST,
        "no built-in agent");
  }

  @Test
  void findsDamageByTheHash() {
    Outcome.of(agents.deploy(upload("t", "p", file("f", "precious"))));
    String key = Outcome.of(agents.file("t", name, "f")).chunks().get(0);
    postgres.execute("update ash.blob set bytes = '\\x00416263'::bytea where key = '" + key + "'");

    assertThat(Outcome.failureOf(agents.chunk("t", key)))
        .isInstanceOf(CorruptBlob.class)
        .hasMessageContaining(key);
  }

  @Test
  void namesWhatKeepsBlobsAlive() {
    Outcome.of(agents.deploy(upload("t", "p", file("f", "x"))));
    Manifest manifest = Outcome.of(agents.files("t", name));
    String key = Outcome.of(agents.forSession("t", name)).manifest();

    long kept =
        Outcome.of(
            database
                .query(
                    "t",
                    "select count(*) from manifest_blob where manifest = $1",
                    io.vertx.sqlclient.Tuple.of(key))
                .map(rows -> rows.iterator().next().getLong(0)));

    assertThat(kept).isEqualTo(manifest.chunks().size());
  }

  @Test
  void beginsAgainAtOneAfterADelete() {
    AgentView first = Outcome.of(agents.deploy(upload("t", "p")));
    UUID revision = Outcome.of(agents.forSession("t", name)).revision();
    Outcome.of(agents.delete("t", name));

    AgentView second = Outcome.of(agents.deploy(upload("t", "p")));

    assertThat(second.version()).isEqualTo(1);
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(Outcome.of(agents.forSession("t", name)).revision()).isNotEqualTo(revision);
  }

  @Test
  void refusesNamesThatAreNone() {
    for (String bad : List.of("", "a b", "../x", "ä", "a/b", "x".repeat(256), "a\n")) {
      assertRefused(
          agents.deploy(new Deploy("t", bad, new Source.Uploaded(List.of()), "p", null)),
          Refusal.INVALID_REQUEST,
          "name must be");
    }
  }

  private static void assertRefused(Future<?> answer, Refusal refusal, String text) {
    assertThat(Outcome.failureOf(answer))
        .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.refusal()).isEqualTo(refusal))
        .hasMessageContaining(text);
  }
}
