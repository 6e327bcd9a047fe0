package io.ash.runner.workspace;

import io.ash.blob.Permissions;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * What is known of a name without following it.
 *
 * @param mode permission bits
 * @param size bytes
 * @param key names the inode and its file system
 */
record Facts(Kind kind, int mode, long size, FileTime mtime, Object key) {
  enum Kind {
    FILE,
    DIRECTORY,
    LINK,
    /** A device, a FIFO or a socket: never opened. */
    OTHER
  }

  static Facts of(PosixFileAttributes found) {
    Kind kind =
        found.isSymbolicLink()
            ? Kind.LINK
            : found.isDirectory() ? Kind.DIRECTORY : found.isRegularFile() ? Kind.FILE : Kind.OTHER;
    return new Facts(
        kind,
        Permissions.mode(found.permissions()),
        found.size(),
        found.lastModifiedTime(),
        found.fileKey());
  }

  boolean is(Kind which) {
    return kind == which;
  }
}
