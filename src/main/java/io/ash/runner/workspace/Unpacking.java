package io.ash.runner.workspace;

import io.ash.archive.BundleCheck;
import io.ash.archive.BundleEntry;
import io.ash.archive.BundleReader;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a gzipped tar over a tree. The archive is looked through before anything of it is
 * written, so one that is refused changes nothing. Blocks.
 */
final class Unpacking {
  private static final int STEP = 64 << 10;

  private final Tree tree;
  private final Desk desk;

  Unpacking(Path top, Desk desk) {
    this.tree = new Tree(top);
    this.desk = desk;
  }

  /** Fails with {@link Refused} as {@link BundleCheck} says. */
  void unpack(Buffer archive) throws IOException {
    BundleCheck.look(archive);
    try (BundleReader bundle = BundleReader.of(archive)) {
      for (BundleEntry e = bundle.next(); e != null; e = bundle.next()) {
        write(e, bundle);
      }
    }
  }

  private void write(BundleEntry entry, BundleReader bundle) throws IOException {
    switch (entry.kind()) {
      case DIRECTORY ->
          at(entry, (in, name) -> desk.directory(entry.mode() | 0700, in, name).close());
      case LINK ->
          at(
              entry,
              (in, name) -> {
                refuseDirectory(in, name);
                desk.link(entry.target(), in, name);
              });
      case FILE -> file(entry, bundle);
    }
  }

  private void file(BundleEntry entry, BundleReader bundle) throws IOException {
    Path made = desk.file();
    try {
      copy(bundle, made);
      at(
          entry,
          (in, name) -> {
            refuseDirectory(in, name);
            desk.place(made, entry.mode(), FileTime.fromMillis(entry.mtime()), in, name);
          });
    } finally {
      desk.discard(made);
    }
  }

  /** What to do where an entry goes. */
  @FunctionalInterface
  private interface Placing {
    void in(SafeDirectory directory, Path name) throws IOException;
  }

  private void at(BundleEntry entry, Placing placing) throws IOException {
    FileProblems.told(
        entry.path(),
        () ->
            tree.making(
                entry.path(),
                desk,
                (in, name) -> {
                  placing.in(in, name);
                  return true;
                }));
  }

  private static void refuseDirectory(SafeDirectory in, Path name) throws IOException {
    Facts before = factsOrNull(in, name);
    if (before != null && before.is(Facts.Kind.DIRECTORY)) {
      throw FileProblems.notFile();
    }
  }

  private static @Nullable Facts factsOrNull(SafeDirectory in, Path name) throws IOException {
    try {
      return in.facts(name);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void copy(BundleReader bundle, Path made) throws IOException {
    byte[] part = new byte[STEP];
    try (SeekableByteChannel out = desk.open(made)) {
      for (int n = bundle.read(part); n > 0; n = bundle.read(part)) {
        ByteBuffer bytes = ByteBuffer.wrap(part, 0, n);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
    }
  }
}
