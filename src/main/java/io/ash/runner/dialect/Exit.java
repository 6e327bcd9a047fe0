package io.ash.runner.dialect;

import org.jspecify.annotations.Nullable;

/**
 * How an agent process ended.
 *
 * @param code its exit code, 128 + n where signal n killed it
 * @param asked whether the runner ended it on purpose
 * @param why what the runner knows about the reason, as a clause, or null
 */
public record Exit(int code, boolean asked, @Nullable String why) {
  /** It ended by itself. */
  public static Exit byItself(int code) {
    return new Exit(code, false, null);
  }

  /** The runner ended it, for instance to pause the session. */
  public static Exit asked(int code, String why) {
    return new Exit(code, true, why);
  }

  String text() {
    StringBuilder text = new StringBuilder("exit code ").append(code);
    if (code > 128 && code < 128 + 65) {
      text.append(", killed by signal ").append(code - 128);
    }
    return why == null ? text.toString() : text.append("; ").append(why).toString();
  }
}
