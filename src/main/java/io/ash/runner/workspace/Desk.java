package io.ash.runner.workspace;

import io.ash.blob.Permissions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.UUID;

/**
 * Makes files, links and directories where no sandbox can reach them and moves each into its place
 * in one step, complete with owner, mode and time. Blocks; thread-safe.
 */
final class Desk {
  private static final int BLOCK = 64 << 10;
  private static final byte[] ZEROS = new byte[BLOCK];

  private final Path directory;
  private final Owner owner;

  Desk(Path directory, Owner owner) {
    this.directory = directory;
    this.owner = owner;
  }

  /** Who owns what is made here. */
  int uid() throws IOException {
    prepare();
    return owner.uid() >= 0
        ? owner.uid()
        : (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  /** The time of this file system, as it would be given to a file that changes now. */
  FileTime now() throws IOException {
    Path mark = file();
    try {
      return (FileTime) Files.getAttribute(mark, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
    } finally {
      Files.delete(mark);
    }
  }

  /** An empty file that only the server can see. */
  Path file() throws IOException {
    prepare();
    return Files.createFile(next(), PosixFilePermissions.asFileAttribute(Permissions.of(0600)));
  }

  /** Adds to a file that was made here; zeros that fill whole blocks take no room on the disk. */
  void append(Path file, byte[] content) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      long start = out.length();
      out.setLength(start + content.length);
      for (int at = 0; at < content.length; at += BLOCK) {
        int length = Math.min(BLOCK, content.length - at);
        if (Arrays.mismatch(content, at, at + length, ZEROS, 0, length) >= 0) {
          out.seek(start + at);
          out.write(content, at, length);
        }
      }
    }
  }

  /** Opens a file that was made here. */
  SeekableByteChannel open(Path file) throws IOException {
    return Files.newByteChannel(file, StandardOpenOption.WRITE);
  }

  /** Moves a file to its place; what has the name there is replaced, unless it is a directory. */
  void place(Path file, int mode, FileTime mtime, SafeDirectory in, Path name) throws IOException {
    Files.setLastModifiedTime(file, mtime);
    own(file);
    Files.setPosixFilePermissions(file, Permissions.of(mode));
    move(file, in, name);
  }

  /** The same with the time at which it was written. */
  void place(Path file, int mode, SafeDirectory in, Path name) throws IOException {
    place(file, mode, Files.getLastModifiedTime(file), in, name);
  }

  /** Makes a symbolic link. */
  void link(String target, SafeDirectory in, Path name) throws IOException {
    prepare();
    Path link = Files.createSymbolicLink(next(), EntryName.path(target));
    try {
      own(link);
      move(link, in, name);
    } finally {
      Files.deleteIfExists(link);
    }
  }

  /** Enters a directory, which is made with this mode where nothing has the name. */
  SafeDirectory directory(int mode, SafeDirectory in, Path name) throws IOException {
    try {
      return in.enter(name);
    } catch (NoSuchFileException e) {
      make(mode, in, name);
      return in.enter(name);
    }
  }

  private void make(int mode, SafeDirectory in, Path name) throws IOException {
    prepare();
    Path made = Files.createDirectory(next());
    try {
      Files.setPosixFilePermissions(made, Permissions.of(mode));
      own(made);
      move(made, in, name);
    } catch (FileSystemException e) {
      if (!exists(in, name)) {
        throw e;
      } // Somebody else made it in this moment: whoever enters it looks at what it is.
    } finally {
      Files.deleteIfExists(made);
    }
  }

  /**
   * The text of a link that was seen under a name: a second name for it is made here, so that it
   * can be read where nobody puts something else in its place.
   */
  Path target(SafeDirectory in, Path name, Facts seen) throws IOException {
    prepare();
    Path copy = next();
    Files.createLink(copy, in.path().resolve(name));
    try {
      Object key = Files.getAttribute(copy, "basic:fileKey", LinkOption.NOFOLLOW_LINKS);
      if (!seen.is(Facts.Kind.LINK) || !seen.key().equals(key)) {
        throw new Replaced(name.toString());
      }
      return Files.readSymbolicLink(copy);
    } finally {
      Files.delete(copy);
    }
  }

  /** Removes a file that did not get to its place; nothing happens if it did. */
  void discard(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  private void move(Path made, SafeDirectory in, Path name) throws IOException {
    try (SafeDirectory here = SafeDirectory.top(directory)) {
      here.move(made.getFileName(), in, name);
    } catch (FileSystemException e) {
      if (exists(in, name) && in.facts(name).is(Facts.Kind.DIRECTORY)) {
        throw new Replaced(name.toString());
      }
      throw e;
    }
  }

  private static boolean exists(SafeDirectory in, Path name) throws IOException {
    try {
      in.facts(name);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void own(Path path) throws IOException {
    if (owner.uid() >= 0) {
      Files.setAttribute(path, "unix:uid", owner.uid(), LinkOption.NOFOLLOW_LINKS);
    }
    if (owner.gid() >= 0) {
      Files.setAttribute(path, "unix:gid", owner.gid(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  private Path next() {
    return directory.resolve(UUID.randomUUID().toString());
  }

  private void prepare() throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createDirectory(
            directory, PosixFilePermissions.asFileAttribute(Permissions.of(0700)));
      } catch (FileAlreadyExistsException e) {
        // Somebody else was faster.
      }
    }
  }
}
