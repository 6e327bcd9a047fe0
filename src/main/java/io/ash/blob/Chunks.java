package io.ash.blob;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Cuts content into chunks, packs them for the store and unpacks them again, checked against their
 * key.
 *
 * <p>The packed form is one byte that names the method, then the payload: 0 as it is, 1 deflated.
 * Blocks while it works on at most one chunk; thread-safe.
 */
public final class Chunks {
  /** Bytes of content in one chunk, except the last one of a file. */
  public static final int MAX_CONTENT = 4 << 20;

  /** Bytes that the packed form of a chunk can have at most. */
  public static final int MAX_PACKED = MAX_CONTENT + 1;

  /** Bytes that a stored blob can have at most: a manifest is a blob too, and may be longer. */
  public static final int MAX_STORED = ManifestCodec.MAX_BYTES + 1;

  private static final byte PLAIN = 0;
  private static final byte DEFLATED = 1;

  private final BlobKeys keys;

  public Chunks(BlobKeys keys) {
    this.keys = keys;
  }

  /** How many chunks a file of {@code size} bytes has. */
  public static long countFor(long size) {
    return (size + MAX_CONTENT - 1) / MAX_CONTENT;
  }

  /** Reads a stream to its end and hands over one chunk after another; returns the bytes read. */
  public long cut(InputStream in, Taker taker) throws IOException {
    long size = 0;
    for (byte[] content = in.readNBytes(MAX_CONTENT);
        content.length > 0;
        content = in.readNBytes(MAX_CONTENT)) {
      size += content.length;
      taker.take(pack(content));
    }
    return size;
  }

  /** Packs content of any length: a chunk of a file, or a manifest. */
  public Chunk pack(byte[] content) {
    return new Chunk(keys.keyOf(content), Buffer.buffer(packed(content)));
  }

  /**
   * The content of a packed chunk of a file; fails with {@link CorruptBlob} when it is not what
   * {@code key} names.
   */
  public byte[] unpack(String key, Buffer packed) throws CorruptBlob {
    return unpack(key, packed, MAX_CONTENT);
  }

  /** The same for content of up to {@code limit} bytes. */
  public byte[] unpack(String key, Buffer packed, int limit) throws CorruptBlob {
    byte[] content = unpacked(key, packed.getBytes(), limit);
    if (!keys.keyOf(content).equals(key)) {
      throw new CorruptBlob(key, "its content has another hash");
    }
    return content;
  }

  private static byte[] packed(byte[] content) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      deflater.setInput(content);
      deflater.finish();
      byte[] out = new byte[content.length + 1];
      out[0] = DEFLATED;
      int n = deflater.deflate(out, 1, content.length);
      if (deflater.finished()) {
        return Arrays.copyOf(out, n + 1);
      }
      out[0] = PLAIN;
      System.arraycopy(content, 0, out, 1, content.length);
      return out;
    } finally {
      deflater.end();
    }
  }

  private static byte[] unpacked(String key, byte[] packed, int limit) throws CorruptBlob {
    if (packed.length == 0) {
      throw new CorruptBlob(key, "it is empty");
    }
    if (packed[0] == PLAIN && packed.length - 1 <= limit) {
      return Arrays.copyOfRange(packed, 1, packed.length);
    }
    if (packed[0] != DEFLATED) {
      throw new CorruptBlob(key, "its form is unknown or too long");
    }
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(packed, 1, packed.length - 1);
      ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(limit, packed.length * 3));
      byte[] step = new byte[16_384];
      while (!inflater.finished()) {
        int n = inflater.inflate(step);
        if (n == 0 && !inflater.finished()) {
          throw new CorruptBlob(key, "it ends too early");
        }
        if (out.size() + n > limit) {
          throw new CorruptBlob(key, "it unpacks to more than " + limit + " bytes");
        }
        out.write(step, 0, n);
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      throw new CorruptBlob(key, "it cannot be unpacked");
    } finally {
      inflater.end();
    }
  }

  /** Takes chunks in the order of the file. */
  @FunctionalInterface
  public interface Taker {
    /** Takes the next chunk. */
    void take(Chunk chunk) throws IOException;
  }
}
