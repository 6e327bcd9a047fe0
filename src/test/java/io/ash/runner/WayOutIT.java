package io.ash.runner;

import static io.ash.runner.RunnerHouse.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.HostName;
import io.ash.model.Limits;
import io.ash.model.NetworkMode;
import io.ash.model.NetworkPolicy;
import io.ash.model.NetworkRule;
import io.ash.model.SecretRoute;
import io.ash.model.SessionId;
import io.ash.testing.Census;
import io.ash.testing.FakeCoordinator;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.OpenSandbox;
import io.ash.wire.SetNetwork;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real programs in real sandboxes that go out through the one way there is. */
class WayOutIT {
  private static final String KEY = "sk-never-inside-4711";

  private final FakeCoordinator coordinator = new FakeCoordinator();
  private final SessionId session = SessionId.random();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private Vertx vertx;
  private HttpServer place;
  private RunnerHouse house;

  @BeforeEach
  void open() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed in /usr/bin");
    vertx = Vertx.vertx();
    place = result(vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"));
    house = new RunnerHouse("r1", coordinator);
  }

  private void answer(HttpServerRequest request) {
    heard.add(request.uri() + " " + request.headers());
    request.response().end("seen " + request.path() + "\n");
  }

  @AfterEach
  void close() {
    if (house != null) {
      house.close();
      result(place.close());
      result(vertx.close());
    }
  }

  private Binding session(NetworkPolicy policy, Map<String, String> env, String install) {
    return house.open(call(session, policy, env, install));
  }

  private OpenSandbox call(
      SessionId id, NetworkPolicy policy, Map<String, String> env, String install) {
    OpenSandbox plain =
        house.call(
            house.bind(id),
            house.agent(Map.of("a.sh", "cat >/dev/null", "CLAUDE.md", "x", "install.sh", install)),
            Limits.UNSET,
            "sh",
            "a.sh");
    return RunnerHouse.with(plain, policy, env);
  }

  private String run(Binding binding, String line) {
    ExecResult done = result(house.runner().exec(new Exec(binding, line, 20_000)));
    return done.exitCode() + " " + done.stdout() + done.stderr();
  }

  private static NetworkPolicy allow(List<NetworkRule> install, String... lines) {
    return new NetworkPolicy(
        NetworkMode.ALLOWLIST,
        true,
        List.of(lines).stream().map(NetworkRule::of).toList(),
        install,
        List.of());
  }

  private List<Event> notices() {
    return notices(session);
  }

  private List<Event> notices(SessionId id) {
    return coordinator.journal(id).stream().filter(e -> e.kind() == EventKind.NOTICE).toList();
  }

  @Test
  void letsOutWhatIsListedTellsWhatIsNotAndFollowsChanges() {
    String at = "127.0.0.1:" + place.actualPort();
    Binding binding = session(allow(null, at), Map.of(), "true");
    String direct = "curl -sS --max-time 5 --noproxy '*' http://" + at + "/direct";
    assertThat(run(binding, direct)).as("there is no other way").doesNotStartWith("0");
    assertThat(run(binding, "curl -sS --noproxy '' -x $http_proxy http://" + at + "/x"))
        .contains("seen /x");
    assertThat(run(binding, "curl -sSp --noproxy '' -x $http_proxy http://" + at + "/t"))
        .contains("seen /t");
    assertThat(run(binding, "curl -s http://not-listed.example/"))
        .contains("not on the allow-list");
    await().atMost(Duration.ofSeconds(10)).until(() -> !notices().isEmpty());
    assertThat(notices().get(0).body())
        .contains("network_refused")
        .contains("- \\\"not-listed.example\\\"");

    result(house.runner().setNetwork(new SetNetwork(binding, allow(null, "elsewhere.example"))));
    assertThat(run(binding, "curl -s --noproxy '' -x $http_proxy http://" + at + "/y"))
        .contains("not on the allow-list");
    house.close(binding, false);
  }

  @Test
  void hasAListOfItsOwnForInstall() {
    String at = "127.0.0.1:" + place.actualPort();
    Binding binding =
        session(
            allow(List.of(NetworkRule.of(at))),
            Map.of(),
            "#!/bin/sh\ncurl -sfS --noproxy '' -x $http_proxy http://" + at + "/install");
    assertThat(heard).singleElement().asString().startsWith("/install");
    assertThat(run(binding, "curl -sf --noproxy '' -x $http_proxy http://" + at + "/later"))
        .doesNotStartWith("0");
    assertThat(heard).hasSize(1);
    house.close(binding, false);
  }

  @Test
  void keepsKeysOutsideOfEverythingThatIsInside() {
    Map<String, String> env =
        Map.of(
            "ANTHROPIC_API_KEY",
            KEY,
            "ANTHROPIC_BASE_URL",
            "http://127.0.0.1:" + place.actualPort());
    Binding binding = session(allow(null), env, "true");
    assertThat(
            run(
                binding,
                "curl -sS -D headers -H \"x-api-key: $ANTHROPIC_API_KEY\""
                    + " $ANTHROPIC_BASE_URL/v1/messages; cat headers"))
        .contains("seen /v1/messages")
        .doesNotContain(KEY);
    assertThat(heard).singleElement().asString().contains("x-api-key=" + KEY);
    String everywhere =
        run(
            binding,
            "env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n';"
                + " grep -rsl never-[i]nside /workspace /home /tmp /etc /run /dev/shm; echo end");
    assertThat(everywhere)
        .contains("ash-placeholder")
        .contains("end")
        .doesNotContain("never-inside");
    house.close(binding, false);
  }

  @Test
  void givesEachSessionAWayOutOfItsOwnFromSandboxesThatWereReady() throws Exception {
    String at = "127.0.0.1:" + place.actualPort();
    NetworkPolicy policy = allow(null, at);
    SessionId other = SessionId.random();
    OpenSandbox one = call(session, policy, Map.of(), "true");
    OpenSandbox two = call(other, policy, Map.of(), "true");
    // Where networks are passed on by a process, there is one for the whole runner.
    house.close(house.open(call(SessionId.random(), policy, Map.of(), "true")), false);
    Census before = Census.take();
    house.keepWarm(one, true, 2);
    house.awaitWarm(2);
    coordinator.keepWarm();
    Binding first = house.open(one);
    Binding second = house.open(two);
    await().atMost(RunnerHouse.LIMIT).until(() -> house.lastStats().preWarmHits() == 2);

    String ask = "curl -s --noproxy '' -x $http_proxy http://" + at;
    assertThat(run(first, ask + "/1")).contains("seen /1");
    assertThat(run(second, ask + "/2")).contains("seen /2");
    result(house.runner().setNetwork(new SetNetwork(second, allow(null, "elsewhere.example"))));
    assertThat(run(second, ask + "/3")).contains("not on the allow-list");
    assertThat(run(first, ask + "/4")).as("the other one has its own").contains("seen /4");
    await().atMost(Duration.ofSeconds(10)).until(() -> !notices(other).isEmpty());
    assertThat(notices()).isEmpty();

    house.close(first, false);
    assertThat(run(second, ask + "/5")).contains("not on the allow-list");
    house.close(second, false);
    await()
        .atMost(RunnerHouse.LIMIT)
        .untilAsserted(() -> assertThat(Census.take().since(before)).isEmpty());
  }

  @Test
  void bringsTheSecretsOfItsSessionToASandboxThatWasReady() {
    SecretRoute secret =
        new SecretRoute(
            "TOKEN", HostName.of("127.0.0.1"), place.actualPort(), "x-token", "{}", "TOKEN_URL");
    NetworkPolicy policy =
        new NetworkPolicy(NetworkMode.ALLOWLIST, true, List.of(), null, List.of(secret));
    OpenSandbox call = call(session, policy, Map.of("TOKEN", KEY), "true");
    house.keepWarm(call, false, 1);
    house.awaitWarm(1);
    coordinator.keepWarm();
    Binding binding = house.open(call);
    await().atMost(RunnerHouse.LIMIT).until(() -> house.lastStats().preWarmHits() == 1);

    assertThat(run(binding, "env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'"))
        .contains("TOKEN=ash-placeholder")
        .contains("TOKEN_URL=http://127.0.0.1:")
        .doesNotContain(KEY);
    assertThat(run(binding, "curl -s $TOKEN_URL/x"))
        .as("the place speaks no TLS, so it is told nothing")
        .contains("ended the connection");
    assertThat(heard).isEmpty();
    house.close(binding, false);
  }
}
