package io.ash.model;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something the server itself tells the user about a session: a destination that was refused, a
 * limit that was reached, why a process died. It becomes the body of an {@link EventKind#NOTICE}.
 *
 * @param code stable name of what happened, such as {@code network_refused}
 * @param message what happened, as a sentence for people
 * @param remedy what the user can do about it; null where nothing can be done
 * @param details more members of the body: text, numbers and truth values only
 */
public record Notice(
    String code, String message, @Nullable String remedy, Map<String, Object> details) {
  private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9_]{0,63}");

  public Notice {
    if (!CODE.matcher(code).matches()) {
      throw new IllegalArgumentException("not the code of a notice: " + code);
    }
    details = Map.copyOf(details);
    details.forEach(Notice::check);
  }

  /** A notice without details. */
  public static Notice of(String code, String message, @Nullable String remedy) {
    return new Notice(code, message, remedy, Map.of());
  }

  private static void check(String name, Object value) {
    boolean known = name.equals("notice") || name.equals("message") || name.equals("remedy");
    boolean plain = value instanceof String || value instanceof Number || value instanceof Boolean;
    if (known || !plain) {
      throw new IllegalArgumentException("not a detail of a notice: " + name);
    }
  }
}
