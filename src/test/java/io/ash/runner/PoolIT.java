package io.ash.runner;

import static io.ash.runner.RunnerHouse.how;
import static io.ash.runner.RunnerHouse.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.Binding;
import io.ash.model.SessionId;
import io.ash.testing.FakeCoordinator;
import io.ash.wire.AgentFiles;
import io.ash.wire.Exec;
import io.ash.wire.MakeRoom;
import io.ash.wire.ReadFile;
import io.ash.wire.SandboxReleased;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiting sandboxes on a real runner: frozen, thawed, given back. */
class PoolIT {
  /** Answers each message, and writes to a file all the time in between. */
  private static final String RESTLESS =
      """
      (while :; do echo x >>ticks; sleep 0.02; done) &
      while IFS= read -r line; do
        case $line in
          *'"type":"user.message"'*) printf '{"type":"done"}\\n' ;;
        esac
      done
      """;

  private static final Duration NEVER = Duration.ofHours(1);

  private final FakeCoordinator coordinator = new FakeCoordinator();
  private final SessionId session = SessionId.random();
  private RunnerHouse house;

  @AfterEach
  void closeHouse() {
    house.close();
  }

  private Binding open(Duration freezeAfter, Duration idle) throws Exception {
    house = new RunnerHouse("r1", coordinator, new PoolConfig(5, freezeAfter, idle, 0, 1000, 0));
    AgentFiles agent = house.agent(Map.of("agent.sh", RESTLESS, "CLAUDE.md", "Tick."));
    return house.open(session, agent, "sh", "agent.sh");
  }

  private long ticks(Binding binding) {
    return result(
        house
            .runner()
            .readFile(new ReadFile(binding, "ticks", 0, 1))
            .map(chunk -> chunk.size())
            .otherwise(0L)); // the agent has not begun to write
  }

  private void awaitStandstill(Binding binding) {
    await()
        .atMost(RunnerHouse.LIMIT)
        .pollInterval(Duration.ofMillis(300))
        .until(
            new java.util.concurrent.Callable<Boolean>() {
              private long before = -1;

              @Override
              public Boolean call() {
                long now = ticks(binding);
                boolean still = now > 0 && now == before;
                before = now;
                return still;
              }
            });
  }

  private void awaitMotion(Binding binding) {
    long before = ticks(binding);
    await().atMost(RunnerHouse.LIMIT).until(() -> ticks(binding) > before);
  }

  @Test
  void freezesASessionThatWaitsAndThawsItForAMessage() throws Exception {
    Binding binding = open(Duration.ofMillis(500), NEVER);
    awaitMotion(binding);
    awaitStandstill(binding);
    assertThat(how(house.talk(binding, 1, "hello"))).isEqualTo("done");
    awaitMotion(binding);
    awaitStandstill(binding);
    house.close(binding, true);
    assertThat(house.left(session)).isEmpty();
  }

  @Test
  void thawsForACommand() throws Exception {
    Binding binding = open(Duration.ofMillis(500), NEVER);
    awaitStandstill(binding);
    assertThat(result(house.runner().exec(new Exec(binding, "echo awake", 5000))).stdout())
        .isEqualTo("awake\n");
    awaitMotion(binding);
  }

  @Test
  void endsFrozenSandboxesWithoutATrace() throws Exception {
    Binding binding = open(Duration.ofMillis(500), NEVER);
    awaitStandstill(binding);
    house.stop();
    assertThat(house.left(binding.session())).isEmpty();
  }

  @Test
  void dropsAFrozenSandboxThatIsNotItsOwnAnyMore() throws Exception {
    Binding binding = open(Duration.ofMillis(500), NEVER);
    awaitStandstill(binding);
    house.bind(session); // the next heartbeat says so
    await().atMost(RunnerHouse.LIMIT).until(() -> house.left(session).isEmpty());
    assertThat(coordinator.released()).isEmpty();
    assertThat(binding.epoch()).isEqualTo(1);
  }

  @Test
  void givesAFrozenSessionBackWithItsFiles() throws Exception {
    Binding binding = open(Duration.ofMillis(300), Duration.ofSeconds(3));
    house.talk(binding, 1, "hello");
    await().atMost(RunnerHouse.LIMIT).until(() -> !coordinator.released().isEmpty());
    assertThat(coordinator.released()).containsExactly(new SandboxReleased(binding, "idle", 1));
    assertThat(house.left(session)).isEmpty();
    assertThat(coordinator.snapshot(session)).isNotNull();
  }

  @Test
  void makesRoomByGivingASessionBack() throws Exception {
    Binding binding = open(Duration.ZERO, NEVER);
    house.talk(binding, 1, "hello");
    result(
        house
            .runner()
            .makeRoom(new MakeRoom("r1", Objects.requireNonNull(coordinator.registered("r1")))));
    assertThat(coordinator.released()).containsExactly(new SandboxReleased(binding, "evicted", 1));
    assertThat(house.left(session)).isEmpty();
    assertThat(coordinator.snapshot(session)).isNotNull();
  }
}
