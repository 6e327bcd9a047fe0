package io.ash.coordinator.session;

import io.ash.archive.BundleEntry;
import io.ash.archive.BundleReader;
import io.ash.archive.BundleTree;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a bundle into a draft as its parts come, some chunks at a time, so that not more than two
 * of them are in memory. For one thread at a time.
 */
final class BundleIntake {
  private static final int MOST_CHUNKS = 256;

  private final BundleReader bundle = new BundleReader(BundleReader.Form.ANY);
  private final BundleTree<Boolean> tree = new BundleTree<>();
  private final SnapshotDraft draft;
  private @Nullable BundleEntry file;
  private List<String> keys = new ArrayList<>();
  private byte[] content = new byte[0];
  private int filled;
  private boolean starved = true;
  private boolean over;

  BundleIntake(SnapshotDraft draft) {
    this.draft = draft;
  }

  /** Whether all of it was unpacked. */
  boolean isOver() {
    return over;
  }

  /** Whether it takes another part to go on. */
  boolean isStarved() {
    return starved;
  }

  /** Takes the next part, an empty one at the end; blocks. */
  @Nullable Void offer(Buffer part) throws IOException {
    if (part.length() == 0) {
      bundle.end();
    } else {
      bundle.offer(part);
    }
    starved = false;
    return null;
  }

  /** Goes on until there is content to be stored, or another part is needed; blocks. */
  List<Chunk> step() throws IOException {
    List<Chunk> found = new ArrayList<>();
    long size = 0;
    while (!starved && !over && size < Chunks.MAX_CONTENT && found.size() < MOST_CHUNKS) {
      if (file == null) {
        begin();
      } else if (fill()) {
        Chunk chunk = draft.chunks().pack(content);
        keys.add(chunk.key());
        found.add(chunk);
        size += content.length;
        advance(file);
      }
    }
    return found;
  }

  private void begin() throws IOException {
    BundleEntry entry = bundle.next();
    if (entry == null) {
      over = bundle.isOver();
      starved = !over;
      return;
    }
    tree.put(entry, true);
    if (entry.kind() == BundleEntry.Kind.FILE) {
      keys = new ArrayList<>();
      advance(entry);
    } else {
      draft.add(entry);
    }
  }

  /** Whether the chunk has all its content. */
  private boolean fill() throws IOException {
    while (filled < content.length) {
      int n = bundle.read(content, filled, content.length - filled);
      if (n == 0) {
        starved = true;
        return false;
      }
      filled += n;
    }
    return true;
  }

  /** To the next chunk of the file, or past it. */
  private void advance(BundleEntry of) {
    if (keys.size() < Chunks.countFor(of.size())) {
      file = of;
      content = new byte[(int) Math.min(bundle.left(), Chunks.MAX_CONTENT)];
      filled = 0;
      return;
    }
    draft.file(of.path(), of.mode(), of.mtime(), of.size(), keys);
    file = null;
    content = new byte[0];
  }

  /** Lets go of what it holds. */
  @Nullable Void closed() {
    bundle.close();
    return null;
  }
}
