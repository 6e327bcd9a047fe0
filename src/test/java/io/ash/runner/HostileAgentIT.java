package io.ash.runner;

import static io.ash.runner.RunnerHouse.how;
import static io.ash.runner.RunnerHouse.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.Limits;
import io.ash.model.SessionId;
import io.ash.testing.FakeCoordinator;
import io.ash.wire.AgentFiles;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.InterruptTurn;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever an agent does, the session beside it keeps answering and nothing of it is left. */
class HostileAgentIT {
  private static final String SCRIPT =
      """
      ok() { printf '{"type":"message","text":"ok"}\\n{"type":"done"}\\n'; }
      while IFS= read -r line; do
        case $line in
          *'"type":"user.message"'*)
            case $line in
              *garbage*) printf 'no json\\n{"type":7}\\n[]\\n\\0\\1\\2\\n{{{{\\n'; ok ;;
              *huge*) head -c 100000000 /dev/zero | tr '\\0' x; echo; ok ;;
              *half*) printf '{"type":"message","text":"h\\303"}\\n\\303\\n'; ok ;;
              *nothing*) sleep 1000 ;;
              *closes*) exec >&-; sleep 1000 ;;
              *bomb*) bomb() { bomb | bomb & }; bomb; ok ;;
              *stubborn*) trap '' TERM INT; while :; do sleep 1; done ;;
              *dies*) exit 7 ;;
              *killed*) kill -9 $$ ;;
              *eats*) head -c 400000000 /dev/zero | tail >/dev/null; ok ;;
              *) ok ;;
            esac ;;
        esac
      done
      """;

  private static RunnerHouse house;
  private static AgentFiles agent;
  private static Binding neighbour;
  private static int neighbourTurn;

  private final SessionId session = SessionId.random();
  private Binding binding;

  @BeforeAll
  static void openHouse() throws Exception {
    house = new RunnerHouse("r1", new FakeCoordinator());
    agent = house.agent(Map.of("agent.sh", SCRIPT));
    neighbour = house.open(SessionId.random(), agent, "sh", "agent.sh");
  }

  @AfterAll
  static void closeHouse() {
    house.close();
  }

  @BeforeEach
  void openSession() {
    binding = house.open(session, agent, "sh", "agent.sh");
  }

  @AfterEach
  void neighbourAnswersAndNothingIsLeft() throws Exception {
    neighbourAnswers();
    house.close(binding, false);
    assertThat(house.left(session)).isEmpty();
    neighbourAnswers();
  }

  private void neighbourAnswers() {
    assertThat(how(house.talk(neighbour, ++neighbourTurn, "hello"))).isEqualTo("done");
  }

  private static List<EventKind> kinds(List<Event> events) {
    return events.stream().map(Event::kind).toList();
  }

  private void goesOnWithTurn(int turn) {
    assertThat(how(house.talk(binding, turn, "hello"))).isEqualTo("done");
  }

  @Test
  void printsGarbage() {
    List<Event> turn = house.talk(binding, 1, "garbage");
    assertThat(how(turn)).isEqualTo("done");
    assertThat(kinds(turn)).contains(EventKind.ERROR, EventKind.MESSAGE);
    goesOnWithTurn(2);
  }

  @Test
  void printsAHundredMegabytesInOneLine() {
    List<Event> turn = house.talk(binding, 1, "huge");
    assertThat(how(turn)).isEqualTo("done");
    assertThat(kinds(turn)).contains(EventKind.ERROR);
    goesOnWithTurn(2);
  }

  @Test
  void printsHalfACharacter() {
    List<Event> turn = house.talk(binding, 1, "half");
    assertThat(how(turn)).isEqualTo("done");
    assertThat(turn.get(0).body()).contains("h\uFFFD");
    goesOnWithTurn(2);
  }

  @Test
  void saysNothingAtAll() {
    house.start(binding, 1, "nothing");
    neighbourAnswers();
    result(house.runner().interrupt(new InterruptTurn(binding, 1)));
    assertThat(how(house.end(binding, 1))).isEqualTo("interrupted");
    goesOnWithTurn(2);
  }

  @Test
  void closesItsOutput() {
    List<Event> turn = house.talk(binding, 1, "closes");
    assertThat(how(turn)).isEqualTo("failed");
    assertThat(turn.get(0).body()).contains("closed its output");
    goesOnWithTurn(2);
  }

  @Test
  void forksABomb() {
    house.start(binding, 1, "bomb");
    neighbourAnswers();
    result(house.runner().interrupt(new InterruptTurn(binding, 1)));
    house.end(binding, 1);
    neighbourAnswers();
  }

  @Test
  void ignoresEverySignalItCan() {
    house.start(binding, 1, "stubborn");
    result(house.runner().interrupt(new InterruptTurn(binding, 1)));
    assertThat(how(house.end(binding, 1))).isEqualTo("interrupted");
    goesOnWithTurn(2);
    house.start(binding, 3, "stubborn");
  }

  @Test
  void diesInItsTurn() {
    List<Event> turn = house.talk(binding, 1, "dies");
    assertThat(how(turn)).isEqualTo("failed");
    assertThat(turn.get(0).body()).contains("exit code 7");
    goesOnWithTurn(2);
  }

  @Test
  void isKilledInItsTurn() {
    List<Event> turn = house.talk(binding, 1, "killed");
    assertThat(how(turn)).isEqualTo("failed");
    assertThat(turn.get(0).body()).contains("killed by signal 9");
    goesOnWithTurn(2);
  }

  @Test
  void runsCommandsBesideTheAgent() {
    ExecResult result =
        result(house.runner().exec(new Exec(binding, "pwd; echo no >&2; exit 3", 5000)));
    assertThat(result).isEqualTo(ExecResult.exited(3, "/workspace\n", "no\n"));
    assertThat(result(house.runner().exec(new Exec(binding, "sleep 100", 300))).timedOut())
        .isTrue();
    goesOnWithTurn(1);
  }

  @Test
  void cannotBeStartedWhereItsProgramIsMissing() {
    Binding other = house.bind(SessionId.random());
    result(house.runner().open(house.call(other, agent, Limits.UNSET, "no-such-program-anywhere")));
    assertThat(house.report(other).code()).isEqualTo("runtime_not_available");
  }
}
