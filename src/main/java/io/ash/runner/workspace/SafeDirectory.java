package io.ash.runner.workspace;

import io.ash.blob.Permissions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * An open directory. Names are single ones, resolved against it by the kernel, and never followed:
 * whoever swaps directories and links meanwhile cannot lead it anywhere else. Blocks; for one
 * thread.
 */
final class SafeDirectory implements Closeable {
  private static final int TRIES = 20;

  private final SecureDirectoryStream<Path> handle;
  private final Path path;

  private SafeDirectory(SecureDirectoryStream<Path> handle, Path path) {
    this.handle = handle;
    this.path = path;
  }

  /** Opens the top of a tree; its own parents are the server's. */
  @SuppressWarnings("StreamResourceLeak") // closed with what opened() makes of it
  static SafeDirectory top(Path directory) throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    Path name = directory.getFileName();
    if (parent == null || name == null) {
      throw new IOException("the root of the file system is no place for files of a session");
    }
    try (SafeDirectory above = opened(Files.newDirectoryStream(parent), parent)) {
      return above.enter(name);
    }
  }

  private static SafeDirectory opened(DirectoryStream<Path> stream, Path path) throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return new SafeDirectory(secure, path);
    }
    stream.close();
    throw new IOException(
        "the file system of " + path + " offers no handles of directories; use a local one");
  }

  /** Opens a directory in this one. */
  SafeDirectory enter(Path name) throws IOException {
    if (!facts(name).is(Facts.Kind.DIRECTORY)) {
      throw new NotDirectoryException(name.toString());
    }
    try {
      return opened(handle.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS), path.resolve(name));
    } catch (FileSystemException e) {
      throw !metLink(e) && facts(name).is(Facts.Kind.DIRECTORY) ? e : new Replaced(name.toString());
    }
  }

  /**
   * Whether a name was a link when it was opened, whatever it is by now: the JDK has no type for
   * this error (ELOOP) and words it so, in every language.
   */
  private static boolean metLink(FileSystemException e) {
    return String.valueOf(e.getReason()).endsWith("unable to access attributes of symbolic link");
  }

  /** The names in this directory; can be asked for once. */
  Iterable<Path> names() {
    return () -> {
      Iterator<Path> each = handle.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return each.hasNext();
        }

        @Override
        public Path next() {
          return Objects.requireNonNull(each.next().getFileName());
        }
      };
    };
  }

  /** Fails with {@link java.nio.file.NoSuchFileException} where nothing has this name. */
  Facts facts(Path name) throws IOException {
    return Facts.of(
        handle
            .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes());
  }

  /** What there is to know of the file with these facts; fails where the name has another now. */
  Inode inode(Path name, Facts facts) throws IOException {
    Map<String, Object> all =
        Files.readAttributes(
            path.resolve(name), "unix:fileKey,ctime,nlink,uid", LinkOption.NOFOLLOW_LINKS);
    if (!facts.key().equals(all.get("fileKey"))) {
      throw new Replaced(name.toString());
    }
    return new Inode(
        (FileTime) told(all, "ctime"), (Integer) told(all, "nlink"), (Integer) told(all, "uid"));
  }

  /**
   * Opens a regular file for reading that was seen under this name.
   *
   * @param ownUid whose files may have more than one name
   */
  SeekableByteChannel open(Path name, Facts seen, int ownUid) throws IOException {
    if (!seen.is(Facts.Kind.FILE)) {
      throw new FileSystemException(name.toString(), null, "it is not a file");
    }
    if (!Pin.POSSIBLE) {
      return openAndLook(name, seen, ownUid);
    }
    for (int tries = 1; ; tries++) {
      try {
        return pinned(name, seen, ownUid);
      } catch (NoSuchFileException | Replaced e) {
        // A pin goes by the whole path: perhaps only this directory has moved.
        if (tries == TRIES || !facts(name).key().equals(seen.key())) {
          throw e;
        }
      }
    }
  }

  private SeekableByteChannel pinned(Path name, Facts seen, int ownUid) throws IOException {
    try (Pin pin = Pin.of(path.resolve(name))) {
      Map<String, Object> held =
          Files.readAttributes(pin.path(), "unix:fileKey,isRegularFile,nlink,uid");
      if (!seen.key().equals(held.get("fileKey"))
          || !Boolean.TRUE.equals(held.get("isRegularFile"))) {
        throw new Replaced(name.toString());
      }
      if ((Integer) told(held, "nlink") > 1 && (Integer) told(held, "uid") != ownUid) {
        throw new FileSystemException(
            name.toString(), null, "it is a hard link to somebody else's file");
      }
      return Files.newByteChannel(pin.path(), StandardOpenOption.READ);
    }
  }

  /** For machines without pins. */
  private SeekableByteChannel openAndLook(Path name, Facts seen, int ownUid) throws IOException {
    SeekableByteChannel channel;
    try {
      channel =
          handle.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    } catch (FileSystemException e) {
      throw !metLink(e) && facts(name).key().equals(seen.key()) ? e : new Replaced(name.toString());
    }
    try {
      Facts now = facts(name);
      if (!now.key().equals(seen.key()) || inode(name, now).isForeign(ownUid)) {
        throw new Replaced(name.toString());
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Renames what is here to a name in another directory, replacing a file or link there. */
  void move(Path name, SafeDirectory to, Path as) throws IOException {
    handle.move(name, to.handle, as);
  }

  /** Lets the owner of this directory look into it and change it. */
  void open() throws IOException {
    handle.getFileAttributeView(PosixFileAttributeView.class).setPermissions(Permissions.of(0700));
  }

  /** Removes an empty directory. */
  void deleteDirectory(Path name) throws IOException {
    handle.deleteDirectory(name);
  }

  /** Removes a name that is not a directory's. */
  void deleteFile(Path name) throws IOException {
    handle.deleteFile(name);
  }

  /** Mode and time of this directory itself. */
  void set(int mode, FileTime mtime) throws IOException {
    PosixFileAttributeView own = handle.getFileAttributeView(PosixFileAttributeView.class);
    own.setTimes(mtime, null, null);
    own.setPermissions(Permissions.of(mode));
  }

  /** Where it was when it was opened: for messages and for what is checked afterwards. */
  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }

  private static Object told(Map<String, Object> all, String name) throws IOException {
    Object value = all.get(name);
    if (value == null) {
      throw new IOException("the file system does not tell " + name);
    }
    return value;
  }
}
