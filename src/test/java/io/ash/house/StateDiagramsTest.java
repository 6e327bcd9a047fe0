package io.ash.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.ash.model.RunnerMove;
import io.ash.model.SessionMove;
import io.ash.model.TurnMove;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The diagrams under docs/states are drawn from the tables of moves. */
class StateDiagramsTest {

  @Test
  void sessionDiagramShowsTheTable() throws IOException {
    compare("session", draw(SessionMove.values(), SessionMove::from, SessionMove::to));
  }

  @Test
  void turnDiagramShowsTheTable() throws IOException {
    compare("turn", draw(TurnMove.values(), TurnMove::from, TurnMove::to));
  }

  @Test
  void runnerDiagramShowsTheTable() throws IOException {
    compare("runner", draw(RunnerMove.values(), RunnerMove::from, RunnerMove::to));
  }

  private static void compare(String name, String drawn) throws IOException {
    Generated.check(Path.of("docs/states", name + ".mmd"), drawn);
    assertThat(Files.exists(Path.of("docs/states", name + ".mmd"))).isTrue();
  }

  private static <M extends Enum<M>, S extends Enum<S>> String draw(
      M[] moves, Function<M, Set<S>> from, Function<M, S> to) {
    StringBuilder text = new StringBuilder("stateDiagram-v2\n");
    for (M move : moves) {
      for (S source : new TreeSet<>(from.apply(move))) {
        text.append("    %s --> %s: %s\n".formatted(low(source), low(to.apply(move)), words(move)));
      }
    }
    return text.toString();
  }

  private static String low(Enum<?> status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static String words(Enum<?> move) {
    return low(move).replace('_', ' ');
  }
}
