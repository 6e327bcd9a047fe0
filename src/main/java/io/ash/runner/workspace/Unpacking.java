package io.ash.runner.workspace;

import io.ash.blob.RelativePath;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a gzipped tar over a tree. The archive is looked through before anything of it is
 * written, so one that is refused changes nothing. Blocks.
 */
final class Unpacking {
  static final long MOST_BYTES = 1L << 30;
  static final int MOST_ENTRIES = 50_000;

  private static final long LATEST = 253_402_300_799L;

  private final Tree tree;
  private final Desk desk;

  Unpacking(Path top, Desk desk) {
    this.tree = new Tree(top);
    this.desk = desk;
  }

  /** What to do with an entry. */
  @FunctionalInterface
  private interface Each {
    void entry(String path, TarHeader entry, TarReader tar) throws IOException;
  }

  /**
   * Fails with {@link Refused} for what is no archive, holds more than files and directories, or
   * leads outside, and for what unpacks to more than 1 GiB or 50,000 entries.
   */
  void unpack(Buffer archive) throws IOException {
    if (archive.length() == 0) {
      throw new Refused(Refusal.INVALID_REQUEST, "Empty bundle");
    }
    through(archive, new Check());
    through(archive, this::write);
  }

  private static void through(Buffer archive, Each each) throws IOException {
    try (InputStream bytes = new Bounded(new GZIPInputStream(new BufferStream(archive), 8192))) {
      TarReader tar = new TarReader(bytes);
      int count = 0;
      for (TarHeader e = tar.next(); e != null; e = tar.next()) {
        if (++count > MOST_ENTRIES) {
          throw tooLarge();
        }
        String path = e.name().replaceFirst("^(\\./+)+", "").replaceFirst("/+$", "");
        if (!path.isEmpty() && !path.equals(".")) {
          each.entry(FileProblems.checked(path), e, tar);
        }
      }
    } catch (BadArchive | ZipException | EOFException e) {
      throw new Refused(
          Refusal.INVALID_REQUEST, "bundle is not a gzipped tar archive: " + e.getMessage());
    }
  }

  private static Refused tooLarge() {
    return new Refused(
        Refusal.TOO_LARGE, "The bundle unpacks to more than 1 GiB or 50,000 entries.");
  }

  /** Looks at names only. */
  private static final class Check implements Each {
    private final Set<String> files = new HashSet<>();
    private final Set<String> directories = new HashSet<>();

    @Override
    public void entry(String path, TarHeader entry, TarReader tar) {
      if (!TarReader.isFile(entry) && !TarReader.isDirectory(entry)) {
        throw refused(path, "is neither a file nor a directory");
      }
      boolean file = TarReader.isFile(entry);
      if (file ? directories.contains(path) : files.contains(path)) {
        throw refused(path, "is both a file and a directory");
      }
      (file ? files : directories).add(path);
      for (String up = RelativePath.parent(path); !up.isEmpty(); up = RelativePath.parent(up)) {
        if (files.contains(up)) {
          throw refused(path, "lies below a file");
        }
        if (!directories.add(up)) {
          return;
        }
      }
    }

    private static Refused refused(String path, String why) {
      return new Refused(
          Refusal.FILE_REFUSED, "The bundle is refused: " + RelativePath.shown(path) + " " + why);
    }
  }

  private void write(String path, TarHeader entry, TarReader tar) throws IOException {
    if (TarReader.isDirectory(entry)) {
      FileProblems.told(
          path,
          () ->
              tree.making(
                  path,
                  desk,
                  (in, name) -> {
                    desk.directory(entry.mode() | 0700, in, name).close();
                    return true;
                  }));
      return;
    }
    Path made = desk.file();
    try {
      copy(tar, made);
      FileTime mtime = FileTime.fromMillis(1000 * Math.min(entry.mtime(), LATEST));
      FileProblems.told(
          path,
          () ->
              tree.making(
                  path,
                  desk,
                  (in, name) -> {
                    refuseDirectory(in, name);
                    desk.place(made, entry.mode(), mtime, in, name);
                    return true;
                  }));
    } finally {
      desk.discard(made);
    }
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

  private void copy(TarReader tar, Path made) throws IOException {
    byte[] part = new byte[64 << 10];
    try (SeekableByteChannel out = desk.open(made)) {
      for (int n = tar.read(part); n > 0; n = tar.read(part)) {
        ByteBuffer bytes = ByteBuffer.wrap(part, 0, n);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
    }
  }

  /** Ends with a refusal where an archive unpacks to too much. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long count;

    Bounded(InputStream in) {
      this.in = in;
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
      if (count > MOST_BYTES) {
        throw tooLarge();
      }
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** Reads a buffer without copying it whole. */
  private static final class BufferStream extends InputStream {
    private final Buffer buffer;
    private int at;

    BufferStream(Buffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public int read() {
      return at < buffer.length() ? buffer.getByte(at++) & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int n = Math.min(length, buffer.length() - at);
      if (n <= 0) {
        return length == 0 ? 0 : -1;
      }
      buffer.getBytes(at, at + n, into, offset);
      at += n;
      return n;
    }

    /** So that what follows the first member of a gzip file is seen. */
    @Override
    public int available() {
      return buffer.length() - at;
    }
  }
}
