package io.ash.runner.workspace;

/** The two trees of a session. */
public enum Place {
  /** What agent and user see. */
  WORKSPACE("workspace"),
  /** What the agent's programs keep for themselves. */
  HOME("home");

  private final String prefix;

  Place(String prefix) {
    this.prefix = prefix;
  }

  /** The first name of every path of this tree in the manifest of a snapshot. */
  public String prefix() {
    return prefix;
  }
}
