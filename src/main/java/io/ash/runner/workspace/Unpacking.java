package io.ash.runner.workspace;

import io.ash.archive.BundleEntry;
import io.ash.archive.BundleReader;
import io.ash.archive.BundleTree;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A bundle on its way into a tree. Its files are made on the desk as its parts come; only when all
 * of it is there are they moved to their places, so a bundle that is refused, or never ends,
 * changes nothing. Blocks; for one thread at a time.
 */
final class Unpacking implements Closeable {
  private static final int STEP = 64 << 10;

  private final Path top;
  private final Desk desk;
  private final FullDisk disk;
  private final BundleReader bundle = new BundleReader(BundleReader.Form.ANY);
  private final BundleTree<Made> tree = new BundleTree<>();
  private final Set<Path> waiting = new HashSet<>();
  private final byte[] step = new byte[STEP];
  private @Nullable SeekableByteChannel file;
  private long room = -1;

  Unpacking(Path top, Desk desk, FullDisk disk) {
    this.top = top;
    this.desk = desk;
    this.disk = disk;
  }

  /**
   * Something that waits for its place.
   *
   * @param file where its content is, null for what is no file
   */
  record Made(BundleEntry entry, @Nullable Path file) {}

  /** Takes the next part; fails with {@link Refused} as {@link BundleReader} does. */
  void take(Buffer part) throws IOException {
    bundle.offer(part);
    advance();
  }

  /** No further part comes: everything goes to its place. */
  void finish() throws IOException {
    bundle.end();
    advance();
    new Placing(top, desk).place(tree.top());
    waiting.clear();
  }

  private void advance() throws IOException {
    while (file == null || content(file)) {
      BundleEntry entry = bundle.next();
      if (entry == null) {
        return;
      }
      begin(entry);
    }
  }

  private void begin(BundleEntry entry) throws IOException {
    Path path = null;
    if (entry.kind() == BundleEntry.Kind.FILE) {
      takeRoom(entry.size());
      path = desk.file();
      waiting.add(path);
      file = desk.open(path);
    }
    Made before = tree.put(entry, new Made(entry, path));
    if (before != null && before.file() != null) {
      desk.discard(before.file());
      waiting.remove(before.file());
    }
  }

  /** What the limit leaves is asked once: everything else grows beside this as well. */
  private void takeRoom(long bytes) {
    if (room < 0) {
      room = disk.left();
    }
    if (bytes > room) {
      disk.need(Long.MAX_VALUE);
    }
    room -= bytes;
  }

  /** Whether all content of the file came. */
  private boolean content(SeekableByteChannel out) throws IOException {
    while (bundle.left() > 0) {
      int n = bundle.read(step, 0, STEP);
      if (n == 0) {
        return false;
      }
      ByteBuffer bytes = ByteBuffer.wrap(step, 0, n);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
    out.close();
    file = null;
    return true;
  }

  /** Removes what did not get to its place. */
  @Override
  public void close() throws IOException {
    bundle.close();
    if (file != null) {
      file.close();
    }
    for (Path path : waiting) {
      desk.discard(path);
    }
  }
}
