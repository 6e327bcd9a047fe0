package io.ash.runner.dialect;

/**
 * One message for the agent.
 *
 * @param no the number of the turn, from 1
 * @param content a JSON value as text: a string or an array of content blocks
 * @param settings what the session asks at this moment
 * @param options what the message asks for itself
 */
public record Turn(int no, String content, AgentSettings settings, TurnOptions options) {
  public Turn {
    if (no < 1) {
      throw new IllegalArgumentException("turns count from 1: " + no);
    }
  }

  /** A message that asks for nothing special. */
  public Turn(int no, String content) {
    this(no, content, AgentSettings.NONE, TurnOptions.NONE);
  }
}
