package io.ash.archive;

import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a bundle that nobody trusts, entry by entry, with little memory whatever it says.
 *
 * <p>Fails with {@link Refused}: INVALID_REQUEST for what is no gzipped tar; FILE_REFUSED for names
 * that lead outside and for anything but files, directories and symbolic links; TOO_LARGE for what
 * unpacks to more than it may. Blocks; for one thread at a time.
 */
public final class BundleReader implements Closeable {
  private final Unpacked bytes;
  private final TarReader tar;
  private int count;

  private BundleReader(Unpacked bytes) {
    this.bytes = bytes;
    this.tar = new TarReader(bytes);
  }

  /** Begins to read a gzipped tar. */
  public static BundleReader of(Buffer archive) throws IOException {
    if (archive.length() == 0) {
      throw new Refused(Refusal.INVALID_REQUEST, "Empty bundle");
    }
    BufferStream packed = new BufferStream(archive);
    return told(
        () -> new BundleReader(new Unpacked(new GZIPInputStream(packed, 8192), packed::position)));
  }

  /** The next entry; null at the end. The top directory itself is not told. */
  public @Nullable BundleEntry next() throws IOException {
    return told(
        () -> {
          TarHeader header = tar.next();
          while (header != null) {
            if (++count > BundleLimits.MOST_ENTRIES) {
              throw BundleLimits.tooLarge();
            }
            String path = header.name().replaceFirst("^(\\./+)+", "").replaceFirst("/+$", "");
            if (!path.isEmpty() && !path.equals(".")) {
              return entry(checked(path), header);
            }
            header = tar.next();
          }
          return null;
        });
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

  /** Reads content of the entry that is a file; fewer bytes than fit only at its end. */
  public int read(byte[] into) throws IOException {
    return told(() -> tar.read(into));
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }

  @FunctionalInterface
  private interface Work<T extends @Nullable Object> {
    T run() throws IOException;
  }

  private static <T extends @Nullable Object> T told(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (BadArchive | ZipException | EOFException e) {
      throw new Refused(
          Refusal.INVALID_REQUEST, "bundle is not a gzipped tar archive: " + e.getMessage());
    }
  }
}
