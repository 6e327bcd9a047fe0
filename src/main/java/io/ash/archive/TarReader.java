package io.ash.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive that nobody trusts, entry by entry, with little memory whatever it says: long
 * names and extended headers are bounded, sparse files are refused. Blocks; for one thread.
 */
final class TarReader {
  private static final int MOST_EXTENDED = 64 << 10;

  private final InputStream in;
  private long left;
  private long padding;

  TarReader(InputStream in) {
    this.in = in;
  }

  /** The next entry with its full name, null at the end of the archive. */
  @Nullable TarHeader next() throws IOException {
    @Nullable String longName = null;
    @Nullable String longTarget = null;
    Map<String, String> extended = Map.of();
    while (true) {
      in.skipNBytes(left + padding);
      left = 0;
      padding = 0;
      byte[] block = in.readNBytes(TarHeader.BLOCK);
      if (block.length == 0 || isZero(block)) {
        return null;
      }
      if (block.length < TarHeader.BLOCK) {
        throw new EOFException("it ends in the middle of a header");
      }
      TarHeader header = TarHeader.of(block);
      switch (header.type()) {
        case 'L' -> longName = TarHeader.text(withoutNul(extended(header)));
        case 'K' -> longTarget = TarHeader.text(withoutNul(extended(header)));
        case 'g' -> extended(header);
        case 'x' -> extended = keywords(extended(header));
        default -> {
          return entry(header, longName, longTarget, extended);
        }
      }
    }
  }

  /** Reads the content of the entry; fewer bytes than fit only at its end. */
  int read(byte[] into) throws IOException {
    int n = in.readNBytes(into, 0, (int) Math.min(into.length, left));
    if (n < Math.min(into.length, left)) {
      throw new EOFException("it ends in the middle of a file");
    }
    left -= n;
    return n;
  }

  private TarHeader entry(
      TarHeader header,
      @Nullable String longName,
      @Nullable String longTarget,
      Map<String, String> extended)
      throws BadArchive {
    String name = first(extended.get("path"), longName, header.name());
    String target = first(extended.get("linkpath"), longTarget, header.target());
    String size = extended.get("size");
    if (extended.keySet().stream().anyMatch(k -> k.startsWith("GNU.sparse"))) {
      throw new BadArchive("it has a sparse file");
    }
    TarHeader entry =
        new TarHeader(
            name,
            header.type(),
            header.mode(),
            size == null ? header.size() : decimal(size),
            header.mtime(),
            target);
    boolean file = isFile(entry);
    left = file ? entry.size() : 0;
    padding = file ? -entry.size() & (TarHeader.BLOCK - 1) : 0;
    return entry;
  }

  private static String first(@Nullable String first, @Nullable String second, String last) {
    return first != null ? first : second != null ? second : last;
  }

  /** Whether an entry is a symbolic link. */
  static boolean isLink(TarHeader entry) {
    return entry.type() == '2';
  }

  /** Whether an entry is a regular file; an old archive marks directories by a slash. */
  static boolean isFile(TarHeader entry) {
    return (entry.type() == '0' || entry.type() == 0 || entry.type() == '7')
        && !entry.name().endsWith("/");
  }

  /** Whether an entry is a directory. */
  static boolean isDirectory(TarHeader entry) {
    return entry.type() == '5'
        || ((entry.type() == '0' || entry.type() == 0) && entry.name().endsWith("/"));
  }

  private byte[] extended(TarHeader header) throws IOException {
    if (header.size() > MOST_EXTENDED) {
      throw new BadArchive("an extended header is longer than " + MOST_EXTENDED + " bytes");
    }
    byte[] bytes = in.readNBytes((int) header.size());
    if (bytes.length < header.size()) {
      throw new EOFException("it ends in the middle of an extended header");
    }
    in.skipNBytes(-header.size() & (TarHeader.BLOCK - 1));
    return bytes;
  }

  /** Lines of the form {@code <length> <keyword>=<value>}, the length counting the whole line. */
  private static Map<String, String> keywords(byte[] bytes) throws BadArchive {
    Map<String, String> all = new HashMap<>();
    int at = 0;
    while (at < bytes.length && bytes[at] != 0) {
      int space = indexOf(bytes, ' ', at);
      long length =
          decimal(new String(bytes, at, Math.max(0, space - at), StandardCharsets.ISO_8859_1));
      int equals = indexOf(bytes, '=', space);
      long end = at + length;
      if (space < 0 || equals < 0 || end > bytes.length || equals + 1 >= end) {
        throw new BadArchive("an extended header is not one");
      }
      all.put(
          TarHeader.text(Arrays.copyOfRange(bytes, space + 1, equals)),
          TarHeader.text(Arrays.copyOfRange(bytes, equals + 1, (int) end - 1)));
      at = (int) end;
    }
    return all;
  }

  private static int indexOf(byte[] bytes, char wanted, int from) {
    for (int i = Math.max(0, from); i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static long decimal(String digits) throws BadArchive {
    if (digits.isEmpty() || digits.length() > 15 || !digits.chars().allMatch(Character::isDigit)) {
      throw new BadArchive("a number is not one");
    }
    return Long.parseLong(digits);
  }

  private static byte[] withoutNul(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
