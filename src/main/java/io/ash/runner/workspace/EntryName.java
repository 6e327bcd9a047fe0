package io.ash.runner.workspace;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Turns names of files, which are bytes to the kernel, into text and back: UTF-8, whatever the
 * locale of the server is.
 *
 * <p>A path of Java is made from text with the encoding of the locale, and one that does not know
 * the letter fails; the form of a URI carries the bytes as they are.
 */
final class EntryName {
  private static final Path TOP = Path.of("/");
  private static final String HEX = "0123456789ABCDEF";

  private EntryName() {}

  /** The path for one name, or several with {@code /} between them. */
  static Path path(String text) {
    if (isAscii(text)) {
      return Path.of(text);
    }
    StringBuilder uri = new StringBuilder("file:///");
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      uri.append(b == '/' ? "/" : "%" + HEX.charAt((b & 0xff) >> 4) + HEX.charAt(b & 15));
    }
    Path absolute = Path.of(URI.create(uri.toString()));
    return text.startsWith("/") ? absolute : TOP.relativize(absolute);
  }

  /** The text of a name or of several, null where the bytes are not UTF-8. */
  static @Nullable String text(Path path) {
    String shown = path.toString();
    if (isAscii(shown)) {
      return shown;
    }
    byte[] bytes = bytes(TOP.resolve(path).toUri().getRawPath());
    int from = path.isAbsolute() ? 0 : 1;
    int to = bytes.length > 1 && bytes[bytes.length - 1] == '/' ? bytes.length - 1 : bytes.length;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static byte[] bytes(String rawPath) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < rawPath.length(); i++) {
      char c = rawPath.charAt(i);
      if (c == '%') {
        out.write(Integer.parseInt(rawPath.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        out.write(c);
      }
    }
    return out.toByteArray();
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
