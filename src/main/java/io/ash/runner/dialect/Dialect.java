package io.ash.runner.dialect;

import java.util.List;

/**
 * Speaks with the agent of one session, through as many processes as the session needs.
 *
 * <p>Order of calls: {@link #launch}, {@link #greet}, then turns; after {@link #exited} from launch
 * again. Lines carry no line end. At most one turn runs at a time. Confined to one event loop; does
 * no input or output itself.
 */
public interface Dialect {
  /** Where below the private home the text of {@link Heard#remember} is kept. */
  String MEMORY_FILE = ".ash/dialect";

  /**
   * The process to start now; the dialect takes it as the one it speaks with from here on. Before a
   * turn pass what the turn carries, else the session's settings and {@link TurnOptions#NONE}.
   *
   * @throws io.ash.model.Refused where a setting cannot be put on a command line
   */
  AgentCommand launch(AgentSettings settings, TurnOptions options);

  /**
   * The lines to write right after the process started.
   *
   * @param resumed whether an earlier process of this session was there before it
   */
  List<String> greet(boolean resumed);

  /**
   * Starts a turn, or says that the process must be replaced first.
   *
   * @throws IllegalStateException where a turn is running or nothing was launched
   */
  TurnStart start(Turn turn);

  /**
   * The lines that ask the agent to stop the turn; none where another turn or none is running. The
   * turn goes on until the agent ends it or its process is {@link #exited}.
   */
  List<String> interrupt(int turn);

  /** What one complete line of the agent's output means. Never throws, whatever the line is. */
  Heard hear(String line);

  /** A line was longer than {@link LineSplitter#MAX_LINE_BYTES} and was skipped. */
  Heard hearTooLong();

  /**
   * The process ended and all its output was heard. A turn that was running is over with the events
   * in the answer.
   */
  Heard exited(Exit exit);

  /** The turn that is running, or 0. */
  int runningTurn();
}
