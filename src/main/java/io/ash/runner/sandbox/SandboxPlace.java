package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The directories of one sandbox on the host.
 *
 * @param root holds the others
 * @param uid owner of the files, -1 for the user of the server
 * @param image the file system of its own that is mounted there, null where it has none
 */
record SandboxPlace(Path root, int uid, DiskImages.@Nullable Image image) {
  Path workspace() {
    return root.resolve("workspace");
  }

  Path home() {
    return root.resolve("home");
  }

  Path tmp() {
    return root.resolve("tmp");
  }

  /** Makes what is missing and gives it to the sandbox's user; blocks. */
  void create() throws IOException {
    open(root, "rwx--x--x");
    for (Path directory : List.of(workspace(), home(), tmp())) {
      open(directory, "rwx------");
      own(directory);
    }
  }

  /** Removes all of it; blocks. */
  void remove() throws IOException {
    if (image != null) {
      image.close();
    }
    DirectoryRemoval.remove(root);
  }

  private static void open(Path directory, String mode) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory);
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
  }

  /** Gives a single file or directory to the sandbox's user. */
  void own(Path path) throws IOException {
    if (uid >= 0) {
      Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
