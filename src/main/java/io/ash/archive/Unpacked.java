package io.ash.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;

/** The unpacked bytes of a bundle; ends with a refusal where they are too many. */
final class Unpacked extends InputStream {
  private final InputStream in;
  private final LongSupplier packed;
  private long count;

  /**
   * Bytes that are unpacked as they are read.
   *
   * @param packed how many packed bytes were read so far
   */
  Unpacked(InputStream in, LongSupplier packed) {
    this.in = in;
    this.packed = packed;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int n = in.read(into, offset, length);
    count += Math.max(0, n);
    if (count > BundleLimits.MOST_BYTES) {
      throw BundleLimits.tooLarge();
    }
    if (count > BundleLimits.RATIO_COUNTS_FROM
        && count > BundleLimits.MOST_RATIO * packed.getAsLong()) {
      throw BundleLimits.bomb();
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
