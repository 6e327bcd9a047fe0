package io.ash.runner.sandbox;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Numeric users that belong to nobody, one for each sandbox of a server that runs as root.
 *
 * <p>Thread-safe. Numbers come back last, so that a number is not used again soon.
 */
final class UidRange {
  /** Above what systemd and the subordinate ids of users take, below 2^31. */
  private static final int FIRST = 1_900_000_000;

  private static final int COUNT = 10_000;

  private final Deque<Integer> free = new ArrayDeque<>();

  UidRange(int first, int count) {
    for (int i = 0; i < count; i++) {
      free.add(first + i);
    }
  }

  /** Numbers that exist in the user namespace of this server. */
  static UidRange ofHost() throws IOException {
    return of(Files.readAllLines(Path.of("/proc/self/uid_map")));
  }

  static UidRange of(List<String> map) throws IOException {
    for (String line : map) {
      String[] fields = line.trim().split("\\s+");
      long first = Long.parseLong(fields[0]);
      long end = first + Long.parseLong(fields[2]);
      if (first <= FIRST && end >= FIRST + COUNT) {
        return new UidRange(FIRST, COUNT);
      }
      if (end - first > 2L * COUNT && end <= Integer.MAX_VALUE) {
        return new UidRange((int) (end - COUNT), COUNT);
      }
    }
    throw new IOException(
        "the user namespace of this server maps too few users to give each sandbox its own; map at"
            + " least "
            + 2 * COUNT
            + " or run the server as an ordinary user");
  }

  synchronized int take() {
    Integer uid = free.poll();
    if (uid == null) {
      throw new Refused(Refusal.NO_CAPACITY, "no user number is left for another sandbox");
    }
    return uid;
  }

  synchronized void giveBack(int uid) {
    free.add(uid);
  }
}
