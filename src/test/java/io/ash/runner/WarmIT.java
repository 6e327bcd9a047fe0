package io.ash.runner;

import static io.ash.runner.RunnerHouse.how;
import static io.ash.runner.RunnerHouse.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.Limits;
import io.ash.model.SessionId;
import io.ash.testing.FakeCoordinator;
import io.ash.wire.AgentFiles;
import io.ash.wire.Exec;
import io.ash.wire.OpenSandbox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sandboxes that wait for their sessions, with real jails. */
class WarmIT {
  private static final String[] COMMAND = {"sh", "agent.sh"};

  /** Writes down what it sees when it starts, then what it hears. */
  private static final String AGENT =
      """
      env >env.txt
      echo $$ >pid.txt
      while IFS= read -r line; do
        printf '%s\\n' "$line" >>heard.txt
        case $line in
          *'"type":"user.message"'*) printf '{"type":"done"}\\n' ;;
        esac
      done
      """;

  private final FakeCoordinator coordinator = new FakeCoordinator();
  private final SessionId session = SessionId.random();
  private RunnerHouse house;

  @BeforeEach
  void openHouse() throws Exception {
    house = new RunnerHouse("r1", coordinator);
  }

  @AfterEach
  void closeHouse() {
    house.close();
  }

  private AgentFiles agent() {
    return house.agent(
        Map.of(
            "agent.sh",
            AGENT,
            "install.sh",
            "#!/bin/sh\ndate +%s%N >installed\n",
            "CLAUDE.md",
            "Wait."));
  }

  private OpenSandbox call(AgentFiles agent) {
    return house.call(house.bind(session), agent, Limits.UNSET, COMMAND);
  }

  private long live() throws Exception {
    try (Stream<Path> all = Files.list(house.data.resolve("sandboxes/live"))) {
      return all.count();
    }
  }

  @Test
  void becomesTheSandboxOfItsSession() throws Exception {
    OpenSandbox call = call(agent());
    house.keepWarm(call, true, 1);
    house.awaitWarm(1);
    assertThat(live()).isEqualTo(1);
    coordinator.keepWarm();
    house.open(call);

    assertThat(how(house.talk(call.binding(), 1, "hello"))).isEqualTo("done");
    assertThat(house.file(call.binding(), "heard.txt").lines().toList().get(0))
        .contains("\"type\":\"session\"")
        .contains(session.toString());
    assertThat(house.file(call.binding(), "env.txt")).contains("ASH_SESSION_ID=\n");
    assertThat(result(house.runner().exec(new Exec(call.binding(), "env", 5000))).stdout())
        .contains("ASH_SESSION_ID=" + session);
    house.awaitWarm(0);
    assertThat(house.lastStats().preWarmHits()).isEqualTo(1);
    assertThat(live()).isEqualTo(1);
    house.close(call.binding(), true);
    assertThat(coordinator.snapshot(session)).isNotNull();
    await().atMost(RunnerHouse.LIMIT).until(() -> live() == 0);
  }

  @Test
  void bringsTheSessionsOwnEnvironmentAndRunsScriptsOnlyThen() throws Exception {
    AgentFiles agent = agent();
    OpenSandbox plain = call(agent);
    house.keepWarm(plain, false, 1);
    house.awaitWarm(1);
    OpenSandbox call =
        RunnerHouse.with(plain, plain.runtime().network(), Map.of("SECRET", "of this session"));
    house.open(call);
    await()
        .atMost(RunnerHouse.LIMIT)
        .untilAsserted(
            () ->
                assertThat(house.file(call.binding(), "env.txt"))
                    .contains("SECRET=of this session")
                    .contains("ASH_SESSION_ID=" + session));
    assertThat(house.file(call.binding(), "installed")).isNotBlank();
    await().atMost(RunnerHouse.LIMIT).until(() -> house.lastStats().preWarmHits() == 1);
    house.close(call.binding(), false);
  }

  @Test
  void leavesNothingWhenNobodyCame() throws Exception {
    house.keepWarm(call(agent()), true, 3);
    house.awaitWarm(3);
    house.stop();
    assertThat(live()).isZero();
  }
}
