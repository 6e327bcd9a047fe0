package io.ash.blob;

import java.util.List;

/** One file, directory or symbolic link of a tree; its path obeys {@link RelativePath}. */
public sealed interface ManifestEntry {
  /** The latest time that is kept: the end of the year 9999, in milliseconds. */
  long MAX_MTIME = 253_402_300_799_999L;

  /** Bytes one file can have at most. */
  long MAX_SIZE = 1L << 40;

  /** Where it is in the tree. */
  String path();

  /**
   * A regular file.
   *
   * @param mode permission bits, without set-user-id and its kind
   * @param mtime milliseconds since 1970; what lies outside 0 to 9999-12-31 is moved to the border
   * @param size bytes
   * @param chunks keys of its chunks in order; each holds {@link Chunks#MAX_CONTENT} bytes, the
   *     last one the rest
   */
  record File(String path, int mode, long mtime, long size, List<String> chunks)
      implements ManifestEntry {
    public File {
      RelativePath.checked(path);
      mode &= 0777;
      mtime = Math.max(0, Math.min(mtime, MAX_MTIME));
      chunks = List.copyOf(chunks);
      if (size < 0 || size > MAX_SIZE || chunks.size() != Chunks.countFor(size)) {
        throw new IllegalArgumentException(
            "file " + RelativePath.shown(path) + " has a size that does not fit its chunks");
      }
      if (!chunks.stream().allMatch(BlobKeys::isKey)) {
        throw new IllegalArgumentException(
            "file " + RelativePath.shown(path) + " names a chunk by something that is no key");
      }
    }
  }

  /**
   * A directory; one that only holds other entries need not be listed.
   *
   * @param mode permission bits
   * @param mtime as for a file
   */
  record Directory(String path, int mode, long mtime) implements ManifestEntry {
    public Directory {
      RelativePath.checked(path);
      mode &= 0777;
      mtime = Math.max(0, Math.min(mtime, MAX_MTIME));
    }
  }

  /**
   * A symbolic link.
   *
   * @param target the text of the link, wherever it leads; who restores it never follows it
   */
  record Link(String path, String target) implements ManifestEntry {
    public Link {
      RelativePath.checked(path);
      if (target.isEmpty() || target.length() > 4096 || target.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "link " + RelativePath.shown(path) + " has an impossible target");
      }
    }
  }
}
