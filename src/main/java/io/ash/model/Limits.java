package io.ash.model;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks that one sandbox may use; for what is missing the default applies, where the
 * host can enforce it. Immutable.
 *
 * @param asked in the units of {@link LimitKind}
 */
public record Limits(Map<LimitKind, Integer> asked) {
  /** Nothing asked for. */
  public static final Limits UNSET = new Limits(Map.of());

  public Limits {
    asked = Map.copyOf(asked);
  }

  /** A single limit. */
  public static Limits of(LimitKind kind, int most) {
    return new Limits(Map.of(kind, most));
  }

  /** Reads each kind by its key; what the reader answers with null is not asked for. */
  public static Limits read(BiFunction<LimitKind, String, @Nullable Integer> reader) {
    Map<LimitKind, Integer> asked = new EnumMap<>(LimitKind.class);
    for (LimitKind kind : LimitKind.values()) {
      Integer most = reader.apply(kind, kind.key());
      if (most != null) {
        asked.put(kind, most);
      }
    }
    return new Limits(asked);
  }

  /**
   * Reads {@code memoryMb=512, diskMb=1024}; the message of an {@link IllegalArgumentException}
   * says what would be right.
   */
  public static Limits parse(String text) {
    Map<LimitKind, Integer> asked = new EnumMap<>(LimitKind.class);
    for (String part : text.split("[,\\s]+")) {
      String[] halves = part.split("=", 2);
      LimitKind kind = LimitKind.of(halves[0]).orElseThrow(() -> unreadable(null));
      int most;
      try {
        most = halves.length < 2 ? -1 : Integer.parseInt(halves[1]);
      } catch (NumberFormatException e) {
        throw unreadable(kind);
      }
      if (most < kind.least() || most > kind.most()) {
        throw unreadable(kind);
      }
      asked.put(kind, most);
    }
    return new Limits(asked);
  }

  private static IllegalArgumentException unreadable(@Nullable LimitKind kind) {
    return new IllegalArgumentException(
        kind == null
            ? "limits such as memoryMb=512,diskMb=1024"
            : kind.key() + "= with a whole number from " + kind.least() + " to " + kind.most());
  }

  /** What was asked for, or null. */
  public @Nullable Integer get(LimitKind kind) {
    return asked.get(kind);
  }

  /** These, with one more. */
  public Limits with(LimitKind kind, int most) {
    return of(kind, most).over(this);
  }

  /** These where they ask for something, else the others. */
  public Limits over(Limits others) {
    Map<LimitKind, Integer> both = new EnumMap<>(LimitKind.class);
    both.putAll(others.asked);
    both.putAll(asked);
    return new Limits(both);
  }

  /** Throws {@link Refused} naming the first limit that asks for more than an operator allows. */
  public void orThrowAbove(Limits allowed) {
    for (LimitKind kind : LimitKind.values()) {
      Integer most = allowed.get(kind);
      Integer wish = get(kind);
      if (most != null && wish != null && wish > most) {
        throw new Refused(
            Refusal.INVALID_REQUEST,
            "limits."
                + kind.key()
                + " asks for "
                + wish
                + " and this server allows at most "
                + most
                + "; ask for less, or let its operator raise ASH_SANDBOX_LIMITS_MAX");
      }
    }
  }

  /** By key, in the order of the kinds. */
  public Map<String, Integer> byKey() {
    Map<String, Integer> keys = new LinkedHashMap<>();
    for (LimitKind kind : LimitKind.values()) {
      Integer most = get(kind);
      if (most != null) {
        keys.put(kind.key(), most);
      }
    }
    return keys;
  }
}
