package io.ash.coordinator.session;

import io.ash.archive.BundleEntry;
import io.ash.archive.BundleReader;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a bundle into a draft, some chunks at a time, so that not more than two of them are in
 * memory. Iterates the steps; for one thread at a time.
 */
final class BundleIntake implements Closeable, Iterable<Boolean> {
  private final BundleReader bundle;
  private final SnapshotDraft draft;
  private @Nullable BundleEntry file;
  private List<String> keys = new ArrayList<>();
  private boolean over;

  BundleIntake(BundleReader bundle, SnapshotDraft draft) {
    this.bundle = bundle;
    this.draft = draft;
  }

  /** Goes on until there is content to be stored or nothing is left; blocks. */
  List<Chunk> step() throws IOException {
    List<Chunk> found = new ArrayList<>();
    long size = 0;
    while (!over && size < Chunks.MAX_CONTENT) {
      BundleEntry now = file == null ? bundle.next() : file;
      if (now == null) {
        over = true;
      } else if (now.kind() == BundleEntry.Kind.FILE) {
        byte[] content = content(now);
        if (content.length > 0) {
          Chunk chunk = draft.chunks().pack(content);
          keys.add(chunk.key());
          found.add(chunk);
          size += content.length;
        }
        advance(now);
      } else {
        draft.add(now);
      }
    }
    return found;
  }

  private byte[] content(BundleEntry of) throws IOException {
    long left = of.size() - (long) keys.size() * Chunks.MAX_CONTENT;
    byte[] content = new byte[(int) Math.min(left, Chunks.MAX_CONTENT)];
    int n = bundle.read(content);
    return n == content.length ? content : Arrays.copyOf(content, n);
  }

  private void advance(BundleEntry of) {
    if (keys.size() < Chunks.countFor(of.size())) {
      file = of;
      return;
    }
    draft.file(of.path(), of.mode(), of.mtime(), of.size(), keys);
    file = null;
    keys = new ArrayList<>();
  }

  @Override
  public Iterator<Boolean> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return !over;
      }

      @Override
      public Boolean next() {
        return true;
      }
    };
  }

  @Override
  public void close() throws IOException {
    bundle.close();
  }
}
