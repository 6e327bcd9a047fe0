package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes directory trees that a hostile program built; blocks.
 *
 * <p>Names are resolved against open directories and links are never followed. A subdirectory is
 * first moved to the top and then emptied there, so neither depth nor length of a path matters.
 */
final class DirectoryRemoval {
  private int moved;

  private DirectoryRemoval() {}

  /** Removes a directory and all below it; nothing happens if there is none. */
  static void remove(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    DirectoryRemoval removal = new DirectoryRemoval();
    permit(directory);
    while (removal.pass(directory)) {
      // Each pass empties the directories at the top and brings those below them up.
    }
    Files.deleteIfExists(directory);
  }

  private boolean pass(Path directory) throws IOException {
    boolean more = false;
    int before = moved;
    try (SecureDirectoryStream<Path> top = open(directory)) {
      for (Path name : names(top)) {
        if (isDirectory(top, name)) {
          permit(directory.resolve(name));
          empty(top, name, directory.resolve(name));
          more |= !deleted(top, name);
        } else {
          top.deleteFile(name);
        }
      }
    }
    return more || moved > before;
  }

  private void empty(SecureDirectoryStream<Path> top, Path directory, Path whole)
      throws IOException {
    try (SecureDirectoryStream<Path> inside =
        top.newDirectoryStream(directory, LinkOption.NOFOLLOW_LINKS)) {
      for (Path name : names(inside)) {
        if (!isDirectory(inside, name)) {
          inside.deleteFile(name);
        } else if (!deleted(inside, name)) {
          permit(whole.resolve(name));
          inside.move(name, top, Path.of(".ash-removal-" + moved++));
        }
      }
    }
  }

  private static boolean deleted(SecureDirectoryStream<Path> in, Path name) throws IOException {
    try {
      in.deleteDirectory(name);
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private static List<Path> names(SecureDirectoryStream<Path> in) {
    List<Path> names = new ArrayList<>();
    in.forEach(path -> names.add(path.getFileName()));
    return names;
  }

  private static boolean isDirectory(SecureDirectoryStream<Path> in, Path name) throws IOException {
    return in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes()
        .isDirectory();
  }

  /**
   * An owner may have closed a directory to itself. Goes by path, two levels deep at most: the
   * processes that could exchange it for a link are dead.
   */
  private static void permit(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }

  /** The caller closes what this opens. */
  @SuppressWarnings("StreamResourceLeak")
  private static SecureDirectoryStream<Path> open(Path directory) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException("this file system offers no handles of directories: " + directory);
  }
}
