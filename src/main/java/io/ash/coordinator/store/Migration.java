package io.ash.coordinator.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One numbered step of the schema.
 *
 * @param version 1, 2, 3, …
 * @param name what follows the number in the file name, without its ending
 * @param sql one or more statements; never changed once released
 */
public record Migration(int version, String name, String sql) {
  /** SHA-256 of the text in hex; line ends do not count. */
  public String checksum() {
    try {
      byte[] text = sql.replace("\r\n", "\n").getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** As in the file name: {@code V001__baseline}. */
  public String label() {
    return String.format(java.util.Locale.ROOT, "V%03d__%s", version, name);
  }
}
