package io.ash.runner;

import static io.ash.runner.RunnerHouse.how;
import static io.ash.runner.RunnerHouse.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ash.model.Binding;
import io.ash.model.Limits;
import io.ash.model.SessionId;
import io.ash.testing.Census;
import io.ash.testing.FakeCoordinator;
import io.ash.wire.AgentFiles;
import io.ash.wire.Exec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A thousand sessions, one wave after another; runs with the profile {@code churn} only. */
class SessionChurn {
  private static final int SESSIONS = Integer.getInteger("ash.churn.sessions", 1000);
  private static final int WAVE = 20;
  private static final String[] COMMAND = {"sh", "agent.sh"};
  private static final String AGENT =
      """
      while IFS= read -r line; do
        case $line in
          *user.message*) date >>/tmp/t; date >>~/h; date >>w; printf '{"type":"done"}\\n' ;;
        esac
      done
      """;

  /** What each kind of end must clean up after. */
  private static final List<String> RUDE =
      List.of(
          "true",
          "(setsid sleep 600 &) >/dev/null 2>&1",
          "mkdir -p a/b/c && ln -s /etc a/l && chmod 0 a/b",
          "kill -KILL -1",
          "head -c 1000000 /dev/zero >/dev/shm/f; mkfifo p");

  @Test
  void leavesNothingBehind() throws Exception {
    FakeCoordinator coordinator = new FakeCoordinator();
    RunnerHouse house = new RunnerHouse("churn", coordinator);
    try {
      AgentFiles agent = house.agent(Map.of("agent.sh", AGENT, "CLAUDE.md", "Churn."));
      wave(house, agent, 0);
      Census before = Census.take();
      for (int done = 0; done < SESSIONS; done += WAVE) {
        wave(house, agent, done);
      }
      await()
          .atMost(RunnerHouse.LIMIT)
          .untilAsserted(() -> assertThat(Census.take().since(before)).isEmpty());
    } finally {
      house.close();
    }
  }

  private static void wave(RunnerHouse house, AgentFiles agent, int first) throws Exception {
    List<SessionId> sessions = new ArrayList<>();
    List<Binding> open = new ArrayList<>();
    for (int i = 0; i < WAVE; i++) {
      SessionId session = SessionId.random();
      Binding binding = house.bind(session);
      sessions.add(session);
      open.add(binding);
      result(house.runner().open(house.call(binding, agent, Limits.UNSET, COMMAND)));
    }
    for (Binding binding : open) {
      assertThat(house.report(binding).failure()).isNull();
      assertThat(how(house.talk(binding, 1, "hello"))).isEqualTo("done");
    }
    for (int i = 0; i < WAVE; i++) {
      String rude = RUDE.get((first + i) % RUDE.size());
      result(house.runner().exec(new Exec(open.get(i), rude, 10_000)));
    }
    for (Binding binding : open) {
      house.close(binding, false);
    }
    assertThat(house.left(sessions.get(0))).isEmpty();
    assertThat(house.left(sessions.get(WAVE - 1))).isEmpty();
  }
}
