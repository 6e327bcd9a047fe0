package io.ash.coordinator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.NetworkRule;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.RuntimeKind;
import io.ash.model.SecretRoute;
import io.ash.model.SnapshotPolicy;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AshYamlTest {
  @Test
  void readsEverySetting() {
    AgentDefinition definition =
        read(
            """
            # an agent
            runtime: jsonl
            command: [node, agent.mjs, "--port", "3000"]
            env: {GREETING: hello, EMPTY: ""}
            limits:
              memoryMb: 512
              cpuPercent: 100
              diskMb: 256
              maxProcesses: 32
            network: {mode: none}
            warm: 2
            durability: turn
            snapshot: {skip: [node_modules, .venv]}
            """);

    assertThat(definition)
        .isEqualTo(
            new AgentDefinition(
                RuntimeKind.JSONL,
                List.of("node", "agent.mjs", "--port", "3000"),
                Map.of("GREETING", "hello", "EMPTY", ""),
                Limits.parse("memoryMb=512,cpuPercent=100,diskMb=256,maxProcesses=32"),
                NetworkPolicy.of(NetworkMode.NONE),
                SnapshotPolicy.of(true, List.of("node_modules", ".venv")),
                2,
                List.of()));
    assertThat(AgentDefinition.fromJson(definition.toJson())).isEqualTo(definition);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "{}", "---\n", "runtime:\n"})
  void runsClaudeWhereNothingIsSaid(String yaml) {
    assertThat(read(yaml)).isEqualTo(AshYaml.absent());
    assertThat(AshYaml.absent().runtime()).isEqualTo(RuntimeKind.CLAUDE);
  }

  @Test
  void leavesTheNetworkToTheServerWhereNothingIsSaid() {
    assertThat(read("runtime: claude").network())
        .isEqualTo(NetworkPolicy.byDefault(NetworkMode.ALLOWLIST));
    assertThat(read("runtime: claude\nnetwork: {mode: none}").network())
        .isEqualTo(NetworkPolicy.of(NetworkMode.NONE));
    assertThat(read("network: {mode: host}").network())
        .isEqualTo(NetworkPolicy.of(NetworkMode.HOST));
  }

  @Test
  void refusesSecretsWithTheNetworkOfTheHost() {
    assertRefused(
        "network: {mode: host}\n"
            + "secrets: [{env: A, host: a.example, header: X, baseUrlEnv: B}]",
        Refusal.INVALID_REQUEST,
        "secrets go with network.mode allowlist");
  }

  @Test
  void readsAnAllowListWithAllItsForms() {
    AgentDefinition definition =
        read(
            """
            network:
              allow:
                - API.Example.com.
                - "*.example.org:8443"
                - "[2001:DB8::1]:443"
                - {host: files.example.com, methods: [get], paths: [/v1/]}
                - bücher.example
              install: [pypi.org]
            secrets:
              - {env: TOKEN, host: api.example.com, header: Authorization, format: "Bearer {}", baseUrlEnv: API_URL}
            """);
    NetworkPolicy network = definition.network();
    assertThat(network.mode()).isEqualTo(NetworkMode.ALLOWLIST);
    assertThat(network.allow())
        .containsExactly(
            new NetworkRule("api.example.com", 0, List.of(), List.of()),
            new NetworkRule("*.example.org", 8443, List.of(), List.of()),
            new NetworkRule("2001:db8:0:0:0:0:0:1", 443, List.of(), List.of()),
            new NetworkRule("files.example.com", 0, List.of("GET"), List.of("/v1/")),
            new NetworkRule("xn--bcher-kva.example", 0, List.of(), List.of()));
    assertThat(network.installing()).extracting(NetworkRule::host).containsExactly("pypi.org");
    assertThat(network.secrets()).extracting(SecretRoute::baseUrlEnv).containsExactly("API_URL");
    assertThat(AgentDefinition.fromJson(definition.toJson())).isEqualTo(definition);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "runtime: acp | runtime acp",
      })
  void refusesWhatThisVersionCannotHonour(String yaml, String named) {
    assertRefused(yaml, Refusal.NOT_SUPPORTED_YET, named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "runtime: python | runtime must be jsonl, claude or acp, not \"python\"",
        "runtime: JSONL | runtime must be",
        "runtime: [jsonl] | not a list",
        "runtime: jsonl | command is needed",
        "command: [a] | runtime must be named",
        "{runtime: claude, command: [a]} | command is not used",
        "{runtime: jsonl, command: node agent.mjs} | command must be a list",
        "{runtime: jsonl, command: []} | command must be a list",
        "{runtime: jsonl, command: [a, 1]} | command[1] must be a string",
        "{runtime: jsonl, command: [a, null]} | command[1] must be a string",
        "{runtime: jsonl, command: [' ']} | command[0] must name a program",
        "limits: {memoryMb: lots} | limits.memoryMb must be a whole number from 16",
        "limits: {memoryMb: 1} | limits.memoryMb",
        "limits: {memoryMb: 1.5} | limits.memoryMb",
        "limits: {memoryMb: 99999999999} | limits.memoryMb",
        "limits: {memoryMb: 99999999999999999999999} | limits.memoryMb is too large",
        "limits: {ram: 1} | limits.\"ram\" is unknown",
        "limits: 5 | limits must be a map",
        "env: {PORT: 3000} | env.PORT must be a string",
        "env: {1A: x} | is no name",
        "env: {'A=B': x} | is no name",
        "env: [a] | env must be a map",
        "network: none | network must be a map",
        "network: {mode: open} | network.mode must be none",
        "network: {} | network.mode must be none",
        "network: {mode: host, allow: [a]} | network.allow and network.install go with",
        "network: {allow: a} | network.allow must be a list",
        "network: {allow: [1]} | network.allow[0] must be a place",
        "network: {allow: ['a b']} | network.allow[0] is no place",
        "network: {allow: ['a:0']} | a port is a number",
        "network: {allow: ['a:70000']} | a port is a number",
        "network: {allow: ['http://a.example']} | network.allow[0] is no place",
        "network: {allow: ['*.1.2.3.4']} | * does not go with an address",
        "network: {allow: ['a*.example']} | network.allow[0] is no place",
        "network: {allow: ['0x7f.1']} | an address in an odd form",
        "network: {allow: ['127.1']} | an address in an odd form",
        "network: {allow: ['2130706433']} | an address in an odd form",
        "network: {allow: ['010.0.0.1']} | an address in an odd form",
        "network: {allow: [{host: a, method: GET}]} | is unknown; known are host, methods, paths",
        "network: {allow: [{host: a, paths: [v1]}]} | a path begins with /",
        "network: {allow: [{host: a, methods: GET}]} | network.allow[0].methods must be a list",
        "network: {install: [a], mode: none} | go with mode allowlist",
        "secrets: [{host: a}] | secrets[0].env must be a string",
        "secrets: [{env: A, host: '*.a.example', header: X, baseUrlEnv: B}] | to one host",
        "secrets: [{env: A, host: a.example, header: 'X Y', baseUrlEnv: B}] | the name of a header",
        "secrets: [{env: A, host: a.example, header: X, format: y, baseUrlEnv: B}] | format must be",
        "durability: always | durability must be turn",
        "snapshot: {skip: a} | snapshot.skip must be a list",
        "snapshot: {skip: [a/b]} | snapshot.skip must be a list",
        "snapshot: {skip: [..]} | snapshot.skip must be a list",
        "snapshot: {keep: [a]} | \"keep\" is unknown",
        "warm: -1 | warm must be a whole number",
        "warm: true | warm must be a whole number",
        "wram: 1 | \"wram\" is unknown",
        "[1, 2] | must be a map",
        "hello | must be a map",
        "{a: 1, a: 2} | a is there twice",
        "limits: {diskMb: 1, diskMb: 2} | limits.diskMb is there twice",
        "'runtime: jsonl\n--- \nruntime: claude' | more than one document",
        "runtime: [ | not valid YAML",
        "runtime: !!java.net.URL [x] | has a tag",
        "runtime: &a [claude] | runtime has an anchor",
      })
  void refusesWhatIsWrongAndNamesIt(String yaml, String named) {
    assertRefused(yaml, Refusal.INVALID_REQUEST, named);
  }

  @Test
  void tellsEverythingThatIsWrongAtOnce() {
    assertThatThrownBy(() -> read("runtime: x\nwarm: no\nlimits: {memoryMb: 0}"))
        .hasMessageContaining("runtime")
        .hasMessageContaining("warm")
        .hasMessageContaining("limits.memoryMb");
  }

  @Test
  void doesNotUnfoldABomb() {
    StringBuilder laughs = new StringBuilder("a: &a [lol]\n");
    for (char c = 'b'; c < 'z'; c++) {
      String before = "*" + (char) (c - 1);
      laughs.append(c).append(": &").append(c).append(" [");
      laughs.append(String.join(",", java.util.Collections.nCopies(9, before))).append("]\n");
    }

    assertRefused(laughs.toString(), Refusal.INVALID_REQUEST, "anchor");
    assertRefused("runtime: *a", Refusal.INVALID_REQUEST, "");
    assertRefused("env: {<<: *a}", Refusal.INVALID_REQUEST, "");
    assertRefused("[".repeat(30_000), Refusal.INVALID_REQUEST, "");
    assertRefused("a: " + "[".repeat(20) + "]".repeat(20), Refusal.INVALID_REQUEST, "too deep");
    assertRefused("a: [" + "1,".repeat(20_000) + "1]", Refusal.INVALID_REQUEST, "too many");
    assertRefused("#" + "x".repeat(70_000), Refusal.INVALID_REQUEST, "longer than");
    assertRefused("? {a: b}\n: c", Refusal.INVALID_REQUEST, "");
  }

  @Test
  void refusesBytesThatAreNoText() {
    assertThatThrownBy(() -> AshYaml.read(Buffer.buffer(new byte[] {(byte) 0xc3, 0x28})))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> AshYaml.read(Buffer.buffer(new byte[] {0, 1, 2})))
        .isInstanceOf(Refused.class);
  }

  private static AgentDefinition read(String yaml) {
    return AshYaml.read(Buffer.buffer(yaml));
  }

  private static void assertRefused(String yaml, Refusal refusal, String named) {
    assertThatThrownBy(() -> read(yaml))
        .as(yaml.length() > 200 ? yaml.substring(0, 200) : yaml)
        .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.refusal()).isEqualTo(refusal))
        .hasMessageStartingWith("ash.yaml: ")
        .hasMessageContaining(named);
  }
}
