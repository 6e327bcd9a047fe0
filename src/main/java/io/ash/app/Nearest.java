package io.ash.app;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name a person most likely meant. */
final class Nearest {
  private static final int FAR = 4;

  private Nearest() {}

  /** A sentence about a setting that nothing reads. */
  static String unknown(String name, Collection<String> known) {
    return name
        + " is not a setting of this version"
        + to(name, known).map(n -> "; did you mean " + n + "?").orElse("");
  }

  /** The name with the fewest letters changed, if any is close. */
  static Optional<String> to(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String k) -> distance(name, k)).thenComparing(k -> k))
        .filter(k -> distance(name, k) < Math.min(FAR, name.length()));
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int kept = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        corner = row[j];
        row[j] = Math.min(kept, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
