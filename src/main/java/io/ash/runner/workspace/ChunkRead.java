package io.ash.runner.workspace;

import io.ash.blob.Chunks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/** Reads as much of a file as goes into one chunk. Blocks. */
final class ChunkRead {
  private ChunkRead() {}

  /** Up to {@code rest} bytes and not more than a chunk has; fewer where the file ends. */
  static byte[] next(ReadableByteChannel channel, long rest) throws IOException {
    byte[] content = new byte[(int) Math.min(Chunks.MAX_CONTENT, rest)];
    ByteBuffer into = ByteBuffer.wrap(content);
    while (into.hasRemaining() && channel.read(into) >= 0) {
      // goes on until the chunk is full or the file ends
    }
    return into.hasRemaining() ? Arrays.copyOf(content, into.position()) : content;
  }
}
