package io.ash.archive;

import io.ash.model.Refusal;
import io.ash.model.Refused;

/** What a bundle may unpack to. */
public final class BundleLimits {
  /** Bytes it may unpack to. */
  public static final long MOST_BYTES = 1L << 30;

  /** Entries it may hold. */
  public static final int MOST_ENTRIES = 50_000;

  /** Characters of all paths together. */
  static final long MOST_NAME_CHARS = 16L << 20;

  /** Bytes one packed byte may unpack to, once {@link #RATIO_COUNTS_FROM} are there. */
  static final int MOST_RATIO = 200;

  /** Below it any ratio is well: a few zeros pack to nothing. */
  static final long RATIO_COUNTS_FROM = 64L << 20;

  private BundleLimits() {}

  static Refused tooLarge() {
    return new Refused(
        Refusal.TOO_LARGE, "The bundle unpacks to more than 1 GiB or 50,000 entries.");
  }

  static Refused bomb() {
    return new Refused(
        Refusal.TOO_LARGE,
        "The bundle unpacks to more than " + MOST_RATIO + " times its packed size.");
  }
}
