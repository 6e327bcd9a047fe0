package io.ash.runner;

import io.ash.runner.dialect.Turn;
import io.ash.runner.dialect.TurnStart;
import io.vertx.core.Future;
import java.util.function.BooleanSupplier;

/**
 * Gives one turn to the agent, starting or replacing its process where that is needed. Confined to
 * the runner loop.
 */
final class Handover {
  private final AgentSeat agent;
  private final Turn turn;
  private final LogRing log;
  private final BooleanSupplier wanted;

  /**
   * The handing over of a turn.
   *
   * @param wanted whether it still is to happen
   */
  Handover(AgentSeat agent, Turn turn, LogRing log, BooleanSupplier wanted) {
    this.agent = agent;
    this.turn = turn;
    this.log = log;
    this.wanted = wanted;
  }

  /** True when the agent has the turn, false when it was not wanted any more. */
  Future<Boolean> run() {
    if (!wanted.getAsBoolean()) {
      return Future.succeededFuture(false);
    }
    Future<Void> seated = agent.occupied() ? Future.succeededFuture() : launch();
    return seated.compose(v -> hand(true));
  }

  private Future<Boolean> hand(boolean mayReplace) {
    if (!wanted.getAsBoolean()) {
      return Future.succeededFuture(false);
    }
    TurnStart start = agent.dialect().start(turn);
    if (start instanceof TurnStart.Go go) {
      agent.write(go.lines());
      return Future.succeededFuture(true);
    }
    String reason = ((TurnStart.Replace) start).reason();
    if (!mayReplace) {
      return Future.failedFuture("the agent cannot be given this turn: " + reason);
    }
    log.system("the agent's process is replaced: " + reason);
    return agent.stop(reason).compose(v -> launch()).compose(v -> hand(false));
  }

  private Future<Void> launch() {
    return agent.launch(turn.settings(), turn.options());
  }
}
