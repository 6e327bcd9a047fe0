package io.ash.archive;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive that nobody trusts as its bytes come, entry by entry, with little memory
 * whatever it says: long names and extended headers are bounded, sparse files are refused. Does not
 * wait; for one thread at a time.
 */
final class TarReader {
  private static final int MOST_EXTENDED = 64 << 10;

  private final Inflow in;
  private final byte[] skipped = new byte[16 << 10];
  private byte[] block = new byte[TarHeader.BLOCK];
  private int gathered;
  private long left;
  private long padding;
  private boolean over;
  private @Nullable TarHeader extending;
  private @Nullable String longName;
  private @Nullable String longTarget;
  private Map<String, String> keywords = Map.of();

  TarReader(Inflow in) {
    this.in = in;
  }

  /** The next entry with its full name; null where it is starved or {@link #isOver}. */
  @Nullable TarHeader next() throws IOException {
    while (!over && skip() && gather()) {
      TarHeader before = extending;
      if (before != null) {
        extend(before, Arrays.copyOf(block, (int) before.size()));
        extending = null;
        await(TarHeader.BLOCK);
      } else if (isZero(block)) {
        over = true;
      } else {
        TarHeader header = TarHeader.of(block);
        gathered = 0;
        if (header.type() != 'L'
            && header.type() != 'K'
            && header.type() != 'g'
            && header.type() != 'x') {
          return entry(header);
        }
        if (header.size() > MOST_EXTENDED) {
          throw new BadArchive("an extended header is longer than " + MOST_EXTENDED + " bytes");
        }
        extending = header;
        await((int) (header.size() + padding(header.size())));
      }
    }
    return null;
  }

  /** Whether the archive is over; bytes may follow that mean nothing. */
  boolean isOver() {
    return over;
  }

  /** Bytes of content that are left of the entry. */
  long left() {
    return left;
  }

  /** Some content of the entry: 0 where it is starved or nothing is left. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (left == 0) {
      return 0;
    }
    int n = in.read(into, offset, (int) Math.min(length, left));
    if (n < 0) {
      throw new EOFException("it ends in the middle of a file");
    }
    left -= n;
    return n;
  }

  /** Passes over what the last entry has left; false where it is starved. */
  private boolean skip() throws IOException {
    while (left + padding > 0) {
      int n = in.read(skipped, 0, (int) Math.min(skipped.length, left + padding));
      if (n < 0) {
        throw new EOFException("it ends in the middle of a file");
      }
      if (n == 0) {
        return false;
      }
      long ofFile = Math.min(n, left);
      left -= ofFile;
      padding -= n - ofFile;
    }
    return true;
  }

  private void await(int size) {
    block = new byte[size];
    gathered = 0;
  }

  /** Fills the block; false where it is starved, or where the archive ends between entries. */
  private boolean gather() throws IOException {
    while (gathered < block.length) {
      int n = in.read(block, gathered, block.length - gathered);
      if (n == 0) {
        return false;
      }
      if (n < 0) {
        if (gathered > 0 || extending != null) {
          throw new EOFException("it ends in the middle of a header");
        }
        over = true;
        return false;
      }
      gathered += n;
    }
    return true;
  }

  private void extend(TarHeader header, byte[] bytes) throws BadArchive {
    switch (header.type()) {
      case 'L' -> longName = TarHeader.text(withoutNul(bytes));
      case 'K' -> longTarget = TarHeader.text(withoutNul(bytes));
      case 'x' -> keywords = keywords(bytes);
      default -> {} // what holds for all entries is not used
    }
  }

  private TarHeader entry(TarHeader header) throws BadArchive {
    String name = first(keywords.get("path"), longName, header.name());
    String target = first(keywords.get("linkpath"), longTarget, header.target());
    String size = keywords.get("size");
    if (keywords.keySet().stream().anyMatch(k -> k.startsWith("GNU.sparse"))) {
      throw new BadArchive("it has a sparse file");
    }
    longName = null;
    longTarget = null;
    keywords = Map.of();
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
    padding = file ? padding(entry.size()) : 0;
    return entry;
  }

  private static long padding(long size) {
    return -size & (TarHeader.BLOCK - 1);
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
