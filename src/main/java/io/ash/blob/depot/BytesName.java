package io.ash.blob.depot;

import io.ash.blob.BlobKeys;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The name of a blob's bytes in a depot: its key, and a tag that no other write has.
 *
 * @param key of the blob
 * @param tag 16 lower-case hexadecimal digits
 */
public record BytesName(String key, String tag) implements Comparable<BytesName> {
  private static final Pattern TAG = Pattern.compile("[0-9a-f]{16}");
  private static final int KEY_LENGTH = 64;

  public BytesName {
    if (!BlobKeys.isKey(key) || !TAG.matcher(tag).matches()) {
      throw new IllegalArgumentException("no name of bytes: " + key + "-" + tag);
    }
  }

  /** A name for one write of a blob. */
  public static BytesName fresh(String key) {
    return new BytesName(key, UUID.randomUUID().toString().replace("-", "").substring(0, 16));
  }

  /** The name in the last part of a path; nothing for what is none of ours. */
  static Optional<BytesName> of(String text) {
    if (text.length() != KEY_LENGTH + 17 || text.charAt(KEY_LENGTH) != '-') {
      return Optional.empty();
    }
    String key = text.substring(0, KEY_LENGTH);
    String tag = text.substring(KEY_LENGTH + 1);
    return BlobKeys.isKey(key) && TAG.matcher(tag).matches()
        ? Optional.of(new BytesName(key, tag))
        : Optional.empty();
  }

  /** Where it lies below the top: two levels of 256 directories. */
  String path() {
    return "blobs/" + key.substring(0, 2) + "/" + key.substring(2, 4) + "/" + this;
  }

  @Override
  public int compareTo(BytesName other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return key + "-" + tag;
  }
}
