package io.ash.archive;

/**
 * One thing in a bundle.
 *
 * @param path obeys {@link io.ash.blob.RelativePath}
 * @param mode permission bits
 * @param mtime milliseconds since 1970
 * @param size bytes of a file, else 0
 * @param target where a symbolic link leads, else empty
 */
public record BundleEntry(Kind kind, String path, int mode, long mtime, long size, String target) {
  /** What it is. */
  public enum Kind {
    FILE,
    DIRECTORY,
    /** A symbolic link, kept as it is wherever it leads; nobody here follows one. */
    LINK
  }
}
