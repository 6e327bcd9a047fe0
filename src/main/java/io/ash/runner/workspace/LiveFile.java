package io.ash.runner.workspace;

import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.ManifestEntry;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A file that changes while it is read: what was read once counts, and nothing is read twice.
 * Iterates the numbers of its chunks. Reading blocks; for one thread at a time.
 */
final class LiveFile implements Iterable<Integer> {
  private final SeekableByteChannel channel;
  private final Facts facts;
  private final long most;
  private final List<String> keys = new ArrayList<>();
  private long size;

  private LiveFile(SeekableByteChannel channel, Facts facts) throws IOException {
    this.channel = channel;
    this.facts = facts;
    this.most = channel.size();
  }

  /** Opens the file at a path of the manifest, null where there is none any more. */
  static @Nullable LiveFile open(Premises premises, Desk desk, String fullPath) {
    for (Place place : Place.values()) {
      String prefix = place.prefix() + "/";
      if (fullPath.startsWith(prefix)) {
        try {
          return new Tree(premises.top(place))
              .at(
                  fullPath.substring(prefix.length()),
                  (in, name) -> {
                    Facts facts = in.facts(name);
                    return new LiveFile(in.open(name, facts, desk.uid()), facts);
                  });
        } catch (IOException e) {
          return null;
        }
      }
    }
    return null;
  }

  /** Reads the next chunk, null where the file ends by now; the last one closes the file. */
  @Nullable Chunk read(int no, Chunks chunks) throws IOException {
    try {
      byte[] content = channel.isOpen() ? ChunkRead.next(channel, most - size) : new byte[0];
      if (content.length < Chunks.MAX_CONTENT || no == count() - 1) {
        channel.close();
      }
      if (content.length == 0) {
        return null;
      }
      Chunk chunk = chunks.pack(content);
      keys.add(chunk.key());
      size += content.length;
      return chunk;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The entry with what was read. */
  ManifestEntry.File entry(ManifestEntry.File scanned) {
    return new ManifestEntry.File(
        scanned.path(), facts.mode(), facts.mtime().toMillis(), size, keys);
  }

  private int count() {
    return Math.max(1, (int) Chunks.countFor(most));
  }

  /** At least one number, so that an empty file is read, and closed. */
  @Override
  public Iterator<Integer> iterator() {
    return IntStream.range(0, count()).iterator();
  }
}
