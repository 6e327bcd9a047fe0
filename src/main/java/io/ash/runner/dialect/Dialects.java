package io.ash.runner.dialect;

import io.ash.model.SessionId;
import io.ash.time.Ticker;
import java.util.Map;

/** Opens the dialect that a program speaks. Thread-safe. */
public final class Dialects {
  private final Ticker ticker;
  private final Map<String, String> modelEnvironment;

  /**
   * @param modelEnvironment what the runner's own settings give to agents that call a model, such
   *     as {@code ANTHROPIC_BASE_URL}; other agents never see it
   */
  public Dialects(Ticker ticker, Map<String, String> modelEnvironment) {
    this.ticker = ticker;
    this.modelEnvironment = Map.copyOf(modelEnvironment);
  }

  /**
   * The dialect of one session, to be confined to that session's event loop.
   *
   * @param remembered what {@link Heard#remember} asked to keep before, or an empty text; it lies
   *     in a place the agent can write to and is not trusted
   */
  public Dialect open(Program program, SessionId session, String remembered) {
    return switch (program.runtime()) {
      case JSONL -> new JsonlDialect(program, session, ticker);
      case CLAUDE -> new ClaudeDialect(program, ticker, modelEnvironment, remembered);
      case ACP -> throw new IllegalArgumentException("Programs refuses acp");
    };
  }
}
