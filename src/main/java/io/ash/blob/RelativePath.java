package io.ash.blob;

import java.nio.charset.StandardCharsets;

/**
 * The rules for the path of a file inside an agent or a workspace: relative, with {@code /} between
 * the names, and no way to lead anywhere else.
 */
public final class RelativePath {
  /** Names one below the other. */
  public static final int MAX_DEPTH = 64;

  private static final int MAX_BYTES = 4096;
  private static final int MAX_NAME_BYTES = 255;

  private RelativePath() {}

  /**
   * The same path, or {@link IllegalArgumentException} with a sentence that names it and says what
   * is wrong.
   */
  public static String checked(String path) {
    require(!path.isEmpty(), "a path is empty");
    require(path.indexOf('\0') < 0, "path " + shown(path) + " contains a NUL");
    require(!path.startsWith("/"), "path " + shown(path) + " is absolute");
    require(bytes(path) <= MAX_BYTES, "path " + shown(path) + " is longer than 4096 bytes");
    require(
        StandardCharsets.UTF_8.newEncoder().canEncode(path),
        "path " + shown(path) + " is not valid Unicode");
    String[] names = path.split("/", -1);
    require(names.length <= MAX_DEPTH, "path " + shown(path) + " is deeper than " + MAX_DEPTH);
    for (String name : names) {
      require(!name.isEmpty(), "path " + shown(path) + " has an empty name in it");
      require(!name.equals(".") && !name.equals(".."), "path " + shown(path) + " contains " + name);
      require(bytes(name) <= MAX_NAME_BYTES, "path " + shown(path) + " has a name over 255 bytes");
    }
    return path;
  }

  /** The path of the directory a path is in, empty for the top. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  /** How a path is put into messages: quoted, shortened, without control characters. */
  public static String shown(String path) {
    String clean = path.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
    return "\"" + (clean.length() > 200 ? clean.substring(0, 200) + "…" : clean) + "\"";
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
