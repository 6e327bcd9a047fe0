package io.ash.archive;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;

/**
 * The unpacked bytes of a bundle whose packed bytes come part by part. Ends with a refusal where
 * they are too many; holds nothing but the part that is being used. For one thread at a time.
 */
final class Inflow implements Closeable {
  private static final int GZIP = 0x1f;

  private final boolean gzipOnly;
  private final Gunzip gunzip = new Gunzip();
  private byte[] part = new byte[0];
  private int at;
  private long offered;
  private long unpacked;
  private boolean gzipped;
  private boolean ended;

  /**
   * A bundle of which nothing has come.
   *
   * @param gzipOnly whether bytes that are not gzipped are refused
   */
  Inflow(boolean gzipOnly) {
    this.gzipOnly = gzipOnly;
  }

  /** Takes the next part; {@link #read} must have said that it is starved. */
  void offer(Buffer next) throws BadArchive {
    if (next.length() == 0) {
      return;
    }
    byte[] bytes = next.getBytes();
    if (offered == 0) {
      gzipped = bytes[0] == GZIP;
      if (gzipOnly && !gzipped) {
        throw new BadArchive("not in GZIP format");
      }
    }
    offered += bytes.length;
    if (gzipped) {
      gunzip.offer(bytes);
    } else {
      part = bytes;
      at = 0;
    }
  }

  /** Says that no further part comes. */
  void end() {
    if (offered == 0) {
      throw new Refused(Refusal.INVALID_REQUEST, "Empty bundle");
    }
    ended = true;
  }

  /** Some of the next bytes: 0 where it takes another part, -1 at the end. */
  int read(byte[] into, int offset, int length) throws IOException {
    int n = gzipped ? gunzip.read(into, offset, length) : plain(into, offset, length);
    if (n == 0 && ended) {
      if (gzipped && !gunzip.isWhole()) {
        throw new EOFException("it ends too early");
      }
      return -1;
    }
    unpacked += n;
    if (unpacked > BundleLimits.MOST_BYTES) {
      throw BundleLimits.tooLarge();
    }
    if (unpacked > BundleLimits.RATIO_COUNTS_FROM
        && unpacked > BundleLimits.MOST_RATIO * (offered - unused())) {
      throw BundleLimits.bomb();
    }
    return n;
  }

  private int unused() {
    return gzipped ? gunzip.unused() : part.length - at;
  }

  private int plain(byte[] into, int offset, int length) {
    int n = Math.min(length, part.length - at);
    System.arraycopy(part, at, into, offset, n);
    at += n;
    return n;
  }

  @Override
  public void close() {
    gunzip.close();
  }
}
