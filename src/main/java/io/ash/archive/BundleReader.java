package io.ash.archive;

import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a bundle that nobody trusts as its parts come, entry by entry, with little memory whatever
 * it says. It never waits: where it is starved, it says so and takes another part.
 *
 * <p>Fails with {@link Refused}: INVALID_REQUEST for what is no tar, gzipped or not; FILE_REFUSED
 * for names that lead outside and for anything but files, directories and symbolic links; TOO_LARGE
 * for what unpacks to more than it may. For one thread at a time.
 */
public final class BundleReader implements Closeable {
  private final Inflow bytes;
  private final TarReader tar;
  private final byte[] rest = new byte[16 << 10];
  private int count;
  private boolean over;

  /** What a bundle may be. */
  public enum Form {
    /** A gzipped tar. */
    GZIP,
    /** A tar, gzipped or not; its first byte says which. */
    ANY
  }

  /** A bundle of which nothing has come yet. */
  public BundleReader(Form form) {
    this.bytes = new Inflow(form == Form.GZIP);
    this.tar = new TarReader(bytes);
  }

  /**
   * Takes the next part. All of the one before must be used up: {@link #next} has said null, or
   * {@link #read} 0 with something left.
   */
  public void offer(Buffer part) throws IOException {
    told(
        () -> {
          bytes.offer(part);
          return null;
        });
  }

  /** Says that no further part comes. */
  public void end() {
    bytes.end();
  }

  /**
   * The next entry; null where it is starved or {@link #isOver}. The top directory itself is not
   * told. Content of the entry before that was not read is left out.
   */
  public @Nullable BundleEntry next() throws IOException {
    return told(
        () -> {
          for (TarHeader header = tar.next(); header != null; header = tar.next()) {
            if (++count > BundleLimits.MOST_ENTRIES) {
              throw BundleLimits.tooLarge();
            }
            String path = bare(header.name());
            if (!path.isEmpty() && !path.equals(".")) {
              return entry(checked(path), header);
            }
          }
          over = tar.isOver() && isUsedUp();
          return null;
        });
  }

  /** Goes through what follows the archive, which proves that it came whole. */
  private boolean isUsedUp() throws IOException {
    int n = bytes.read(rest, 0, rest.length);
    while (n > 0) {
      n = bytes.read(rest, 0, rest.length);
    }
    return n < 0;
  }

  /** Whether all of it was read and nothing of it is missing. */
  public boolean isOver() {
    return over;
  }

  /** Bytes that are left of the entry that is a file. */
  public long left() {
    return tar.left();
  }

  /** Some content of the entry that is a file; 0 where it is starved or nothing is left. */
  public int read(byte[] into, int offset, int length) throws IOException {
    return told(() -> tar.read(into, offset, length));
  }

  /** A path without what says "here" at its beginning and "directory" at its end. */
  private static String bare(String name) {
    int from = 0;
    while (name.startsWith("./", from)) {
      from += 2;
      while (from < name.length() && name.charAt(from) == '/') {
        from++;
      }
    }
    int to = name.length();
    while (to > from && name.charAt(to - 1) == '/') {
      to--;
    }
    return name.substring(from, to);
  }

  private static BundleEntry entry(String path, TarHeader header) {
    long mtime = 1000 * Math.min(header.mtime(), ManifestEntry.MAX_MTIME / 1000);
    if (TarReader.isFile(header)) {
      return new BundleEntry(BundleEntry.Kind.FILE, path, header.mode(), mtime, header.size(), "");
    }
    if (TarReader.isDirectory(header)) {
      return new BundleEntry(BundleEntry.Kind.DIRECTORY, path, header.mode(), mtime, 0, "");
    }
    if (!TarReader.isLink(header)) {
      throw refused(path, "is neither a file nor a directory nor a symbolic link");
    }
    try {
      String target = new ManifestEntry.Link(path, header.target()).target();
      return new BundleEntry(BundleEntry.Kind.LINK, path, 0777, mtime, 0, target);
    } catch (IllegalArgumentException e) {
      throw refused(path, "is a link without a possible target");
    }
  }

  private static String checked(String path) {
    try {
      return RelativePath.checked(path);
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.FILE_REFUSED, "Invalid file path: " + e.getMessage());
    }
  }

  static Refused refused(String path, String why) {
    return new Refused(
        Refusal.FILE_REFUSED, "The bundle is refused: " + RelativePath.shown(path) + " " + why);
  }

  @Override
  public void close() {
    bytes.close();
  }

  @FunctionalInterface
  private interface Work<T extends @Nullable Object> {
    T run() throws IOException;
  }

  private static <T extends @Nullable Object> T told(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (BadArchive | EOFException e) {
      throw new Refused(
          Refusal.INVALID_REQUEST, "bundle is not a gzipped tar archive: " + e.getMessage());
    }
  }
}
