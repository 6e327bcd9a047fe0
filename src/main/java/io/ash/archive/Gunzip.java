package io.ash.archive;

import java.io.Closeable;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks gzip members as their bytes come, one after another. What follows the last one and is no
 * member is left aside. For one thread at a time.
 */
final class Gunzip implements Closeable {
  private static final int TRAILER = 8;

  private enum Stage {
    HEADER,
    BODY,
    TRAILER,
    /** A member is complete, and nothing or another one follows. */
    BETWEEN,
    /** Bytes after the last member. */
    PADDING
  }

  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();
  private GzipHeader header = new GzipHeader();
  private Stage stage = Stage.HEADER;
  private byte[] part = new byte[0];
  private int at;
  private long trailer;
  private int trailerBytes;

  /** Takes the next part; the one before must be used up. */
  void offer(byte[] next) {
    part = next;
    at = 0;
  }

  /** Whether it may end here. */
  boolean isWhole() {
    return stage == Stage.BETWEEN || stage == Stage.PADDING;
  }

  /** Bytes of the part that were not used yet. */
  int unused() {
    return part.length - at + (stage == Stage.BODY ? inflater.getRemaining() : 0);
  }

  /** Unpacks some bytes; 0 where it takes another part to go on. */
  int read(byte[] into, int offset, int length) throws BadArchive {
    while (true) {
      switch (stage) {
        case HEADER -> {
          if (!header()) {
            return 0;
          }
        }
        case BODY -> {
          if (inflater.needsInput()) {
            if (at == part.length) {
              return 0;
            }
            inflater.setInput(part, at, part.length - at);
            at = part.length;
          }
          int n = inflate(into, offset, length);
          if (n > 0) {
            return n;
          }
        }
        case TRAILER -> {
          if (!trailer()) {
            return 0;
          }
        }
        case BETWEEN -> {
          if (at == part.length) {
            return 0;
          }
          header = new GzipHeader();
          stage = part[at] == 0x1f ? Stage.HEADER : Stage.PADDING;
        }
        case PADDING -> {
          at = part.length;
          return 0;
        }
      }
    }
  }

  private boolean header() throws BadArchive {
    while (at < part.length) {
      if (header.take(part[at++] & 0xff)) {
        inflater.reset();
        checksum.reset();
        stage = Stage.BODY;
        return true;
      }
    }
    return false;
  }

  private int inflate(byte[] into, int offset, int length) throws BadArchive {
    int n;
    try {
      n = inflater.inflate(into, offset, length);
    } catch (DataFormatException e) {
      throw new BadArchive(String.valueOf(e.getMessage()));
    }
    if (inflater.needsDictionary()) {
      throw new BadArchive("it needs a dictionary");
    }
    checksum.update(into, offset, n);
    if (inflater.finished()) {
      at = part.length - inflater.getRemaining();
      trailer = 0;
      trailerBytes = 0;
      stage = Stage.TRAILER;
    }
    return n;
  }

  private boolean trailer() throws BadArchive {
    while (at < part.length && trailerBytes < TRAILER) {
      trailer |= (part[at++] & 0xffL) << (8 * trailerBytes++);
    }
    if (trailerBytes < TRAILER) {
      return false;
    }
    boolean right =
        (trailer & 0xffff_ffffL) == checksum.getValue()
            && trailer >>> 32 == (inflater.getBytesWritten() & 0xffff_ffffL);
    if (!right) {
      throw new BadArchive("its checksum is wrong");
    }
    stage = Stage.BETWEEN;
    return true;
  }

  @Override
  public void close() {
    inflater.end();
  }
}
