package io.ash.archive;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The fields of one header block of a tar archive: ustar, GNU and older.
 *
 * @param type the letter that says what it is
 * @param mtime seconds since 1970
 * @param target where a link leads
 */
record TarHeader(String name, char type, int mode, long size, long mtime, String target) {
  /** Bytes of a block. */
  static final int BLOCK = 512;

  private static final int CHECKSUM = 148;

  /** Reads a block that is not all zeros. */
  static TarHeader of(byte[] block) throws BadArchive {
    if (number(block, CHECKSUM, 8) != checksum(block)) {
      throw new BadArchive("a header has a wrong checksum");
    }
    String name = text(block, 0, 100);
    boolean posix = "ustar\0".equals(new String(block, 257, 6, StandardCharsets.ISO_8859_1));
    String prefix = posix ? text(block, 345, 155) : "";
    return new TarHeader(
        prefix.isEmpty() ? name : prefix + "/" + name,
        (char) (block[156] & 0xff),
        (int) (number(block, 100, 8) & 0777),
        number(block, 124, 12),
        number(block, 136, 12),
        text(block, 157, 100));
  }

  /** The text of some bytes, which has to be UTF-8. */
  static String text(byte[] bytes) throws BadArchive {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new BadArchive("a name is not UTF-8");
    }
  }

  private static String text(byte[] block, int from, int length) throws BadArchive {
    int end = from;
    while (end < from + length && block[end] != 0) {
      end++;
    }
    return text(Arrays.copyOfRange(block, from, end));
  }

  /** Octal digits, or a binary number where the highest bit is set. */
  private static long number(byte[] block, int from, int length) throws BadArchive {
    long value = 0;
    if ((block[from] & 0x80) != 0) {
      value = block[from] & 0x7f;
      for (int i = from + 1; i < from + length; i++) {
        if (value >> 48 != 0) {
          throw new BadArchive("a number is too large");
        }
        value = value << 8 | (block[i] & 0xff);
      }
      return value;
    }
    for (int i = from; i < from + length; i++) {
      byte b = block[i];
      if (b >= '0' && b <= '7') {
        value = value * 8 + (b - '0');
      } else if (b != ' ' && b != 0) {
        throw new BadArchive("a number is not one");
      } else if (value != 0) {
        break;
      }
    }
    return value;
  }

  private static long checksum(byte[] block) {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : block[i] & 0xff;
    }
    return sum;
  }
}
