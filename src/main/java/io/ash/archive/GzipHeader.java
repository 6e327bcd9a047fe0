package io.ash.archive;

/** The bytes before the content of a gzip member, taken one by one. */
final class GzipHeader {
  private static final int MOST_BYTES = 128 << 10;
  private static final int FIXED = 10;
  private static final int HAS_CHECKSUM = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private enum Stage {
    FIXED,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    CHECKSUM,
    COMPLETE
  }

  private Stage stage = Stage.FIXED;
  private int seen;
  private int flags;
  private int inStage;
  private int extra;

  /** Takes the next byte, 0 to 255; whether the header is complete with it. */
  boolean take(int b) throws BadArchive {
    if (++seen > MOST_BYTES) {
      throw new BadArchive("its gzip header is longer than " + MOST_BYTES + " bytes");
    }
    inStage++;
    boolean over =
        switch (stage) {
          case FIXED -> fixed(b);
          case EXTRA_LENGTH -> {
            extra |= b << (8 * (inStage - 1));
            yield inStage == 2;
          }
          case EXTRA -> inStage == extra;
          case NAME, COMMENT -> b == 0;
          case CHECKSUM -> inStage == 2;
          case COMPLETE -> true;
        };
    while (over) {
      stage = after(stage);
      inStage = 0;
      over = stage != Stage.COMPLETE && isAbsent(stage);
    }
    return stage == Stage.COMPLETE;
  }

  private boolean fixed(int b) throws BadArchive {
    boolean expected =
        switch (seen) {
          case 1 -> b == 0x1f;
          case 2 -> b == 0x8b;
          case 3 -> b == 8;
          case 4 -> (b & RESERVED) == 0;
          default -> true;
        };
    if (!expected) {
      throw new BadArchive("not in GZIP format");
    }
    if (seen == 4) {
      flags = b;
    }
    return seen == FIXED;
  }

  private static Stage after(Stage which) {
    return switch (which) {
      case FIXED -> Stage.EXTRA_LENGTH;
      case EXTRA_LENGTH -> Stage.EXTRA;
      case EXTRA -> Stage.NAME;
      case NAME -> Stage.COMMENT;
      case COMMENT -> Stage.CHECKSUM;
      case CHECKSUM, COMPLETE -> Stage.COMPLETE;
    };
  }

  private boolean isAbsent(Stage which) {
    return switch (which) {
      case EXTRA_LENGTH -> (flags & HAS_EXTRA) == 0;
      case EXTRA -> extra == 0;
      case NAME -> (flags & HAS_NAME) == 0;
      case COMMENT -> (flags & HAS_COMMENT) == 0;
      case CHECKSUM -> (flags & HAS_CHECKSUM) == 0;
      case FIXED, COMPLETE -> false;
    };
  }
}
