package io.ash.config;

import java.util.List;

/** Everything that is wrong with the settings, told at once. */
public final class ConfigProblems extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient List<String> problems;

  public ConfigProblems(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** One sentence each: the setting, what was found, what would be right. */
  public List<String> problems() {
    return problems;
  }
}
