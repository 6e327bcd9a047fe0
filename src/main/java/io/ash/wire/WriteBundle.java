package io.ash.wire;

import io.ash.model.Binding;
import io.vertx.core.buffer.Buffer;

/**
 * Part of a tar, gzipped or not, that is unpacked over the workspace when all of it is there. Parts
 * come in order, each after the answer to the one before; a call that fails ends the transfer, and
 * nothing of it is left.
 *
 * @param transfer names the transfer; the caller makes it up
 * @param offset bytes of the bundle that come before this part; 0 begins the transfer
 * @param bytes the part, at most {@link #MOST}; may be empty
 */
public record WriteBundle(Binding binding, String transfer, long offset, Buffer bytes, Then then) {
  /** Most bytes of a part. */
  public static final int MOST = 256 << 10;

  /** What is to be done when the part was taken. */
  public enum Then {
    /** Wait for the next one. */
    WAIT,
    /** The bundle is complete: everything goes to its place before the call is answered. */
    UNPACK,
    /** Give the transfer up; offset and bytes mean nothing. */
    FORGET
  }
}
