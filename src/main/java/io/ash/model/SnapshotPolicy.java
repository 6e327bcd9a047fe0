package io.ash.model;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * When an agent's sessions are saved and what of them is not.
 *
 * @param everyTurn whether a turn ends only when its changes are saved
 * @param skip names of files and directories that are in no snapshot, wherever they lie
 */
public record SnapshotPolicy(boolean everyTurn, Set<String> skip) {
  /** Saved when quiet, everything. */
  public static final SnapshotPolicy USUAL = new SnapshotPolicy(false, Set.of());

  /** Most names that are left out. */
  public static final int MOST_SKIPPED = 100;

  public SnapshotPolicy {
    skip = Set.copyOf(skip);
    if (skip.size() > MOST_SKIPPED || skip.stream().anyMatch(name -> !isName(name))) {
      throw new IllegalArgumentException("not at most 100 names of files: " + skip);
    }
  }

  /** The same with names in any order and number of times. */
  public static SnapshotPolicy of(boolean everyTurn, List<String> skip) {
    return new SnapshotPolicy(everyTurn, Set.copyOf(skip));
  }

  /**
   * Reads names between commas; fails with {@link IllegalArgumentException} saying what is
   * expected.
   */
  public static Set<String> names(String text) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : text.split(",", -1)) {
      if (!isName(name.strip()) || names.size() == MOST_SKIPPED) {
        throw new IllegalArgumentException(
            "at most 100 names of files or directories without /, such as node_modules,.cache");
      }
      names.add(name.strip());
    }
    return names;
  }

  /** Whether a text can be the name of a file. */
  public static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= 255
        && !text.equals(".")
        && !text.equals("..")
        && text.indexOf('/') < 0
        && text.indexOf('\0') < 0;
  }
}
