package io.ash.runner.workspace;

import io.ash.archive.BundleWriter;
import io.ash.archive.LeftOut;
import io.ash.blob.Manifest;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packs a tree into a gzipped tar, part by part; links go in as links. At most one part is in
 * memory and one file open. A file that shrinks meanwhile is filled up with zeros, one that grows
 * is cut. Blocks; for one thread at a time.
 */
final class Packing implements Closeable {
  private static final int STEP = 64 << 10;

  private final Tree tree;
  private final Desk desk;
  private final Deque<String> paths;
  private final BundleWriter bundle = new BundleWriter();
  private @Nullable SeekableByteChannel file;
  private long left;

  private Packing(Tree tree, Desk desk, Deque<String> paths) {
    this.tree = tree;
    this.desk = desk;
    this.paths = paths;
  }

  /** Notes what is in the tree by now; each is packed as it is when its turn comes. */
  static Packing of(Path top, Desk desk) throws IOException {
    List<String> found = new ArrayList<>();
    try {
      Walk.through(top, Manifest.MAX_ENTRIES, new Noting(found));
    } catch (Walk.TooMany e) {
      throw new Refused(
          Refusal.TOO_LARGE, "The workspace has too many files for a bundle: " + e.getMessage());
    }
    Collections.sort(found);
    return new Packing(new Tree(top), desk, new ArrayDeque<>(found));
  }

  private record Noting(List<String> found) implements Walk.Visitor {
    @Override
    public void entry(Walk.Spot spot, Facts facts) {
      if (!facts.is(Facts.Kind.OTHER) && LeftOut.isBundledName(spot.text(), false)) {
        found.add(spot.path());
      }
    }

    @Override
    public boolean directory(Walk.Spot spot, Facts facts) {
      if (!LeftOut.isBundledName(spot.text(), true)) {
        return false;
      }
      found.add(spot.path());
      return true;
    }

    @Override
    public void skipped(String path, String why) {
      // A name that no archive can have.
    }
  }

  /** The next part: 1 MiB, the last one what is left. */
  byte[] next() throws IOException {
    while (!bundle.isFull()) {
      step();
    }
    return bundle.take();
  }

  /** Whether there is no further part. */
  boolean isOver() {
    return bundle.isOver();
  }

  private void step() throws IOException {
    if (file != null) {
      body(file);
      return;
    }
    String path = paths.poll();
    if (path == null) {
      bundle.end();
      return;
    }
    try {
      tree.at(
          path,
          (in, name) -> {
            Facts facts = in.facts(name);
            switch (facts.kind()) {
              case FILE -> begin(path, facts, in, name);
              case DIRECTORY -> bundle.directory(path, facts.mode(), facts.mtime());
              case LINK -> link(path, facts, in, name);
              case OTHER -> {}
            }
            return true;
          });
    } catch (FileSystemException e) {
      // Gone, closed to the server, or something else by now.
    }
  }

  private void begin(String path, Facts facts, SafeDirectory in, Path name) throws IOException {
    if (in.inode(name, facts).isForeign(desk.uid())) {
      return;
    }
    SeekableByteChannel channel = in.open(name, facts, desk.uid());
    file = channel;
    left = channel.size();
    bundle.beginFile(path, facts.mode(), facts.mtime(), left);
  }

  private void body(SeekableByteChannel channel) throws IOException {
    byte[] step = new byte[(int) Math.min(STEP, left)];
    ByteBuffer into = ByteBuffer.wrap(step);
    while (into.hasRemaining() && channel.read(into) >= 0) {
      // goes on until the step is full; what the file no longer has stays zero
    }
    bundle.content(step);
    left -= step.length;
    if (left == 0) {
      channel.close();
      file = null;
      bundle.endFile();
    }
  }

  private void link(String path, Facts facts, SafeDirectory in, Path name) throws IOException {
    String target = EntryName.text(desk.target(in, name, facts));
    if (target != null) {
      bundle.link(path, target, facts.mtime());
    }
  }

  /** Leaves the archive unfinished. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
