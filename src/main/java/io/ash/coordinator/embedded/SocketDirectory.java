package io.ash.coordinator.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/**
 * The private directory of the server's UNIX socket: below the data directory, or in the directory
 * for temporary files where that path would be longer than a socket's may be.
 */
final class SocketDirectory {
  /** sun_path holds 108 bytes with the final zero. */
  private static final int PATH_MOST = 107;

  private static final String SOCKET = "/.s.PGSQL.";

  private SocketDirectory() {}

  static Path make(Path home, Path temporary, String port, Account account) throws IOException {
    Path near = home.resolve("run");
    if (fits(near, port)) {
      Directories.create(near, "rwx------");
      Directories.own(near, account);
      return near;
    }
    String name =
        "ash-"
            + String.format(Locale.ROOT, "%08x", home.toString().hashCode())
            + "-"
            + account.uid();
    for (Path base : new Path[] {temporary, Path.of("/tmp")}) {
      Path far = base.resolve(name);
      if (Files.isDirectory(base) && fits(far, port)) {
        claim(far, account);
        return far;
      }
    }
    throw new CannotStart(
        "the socket of PostgreSQL would have a path longer than "
            + PATH_MOST
            + " bytes below "
            + home
            + " and below "
            + temporary
            + "; set ASH_DATA_DIR to a shorter path");
  }

  static boolean fits(Path directory, String port) {
    return (directory + SOCKET + port).getBytes(StandardCharsets.UTF_8).length <= PATH_MOST;
  }

  /** Takes a directory in a place where everybody may write, or refuses what others put there. */
  private static void claim(Path far, Account account) throws IOException {
    try {
      Files.createDirectory(
          far, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Directories.own(far, account);
    } catch (FileAlreadyExistsException e) {
      boolean ours =
          Files.isDirectory(far, LinkOption.NOFOLLOW_LINKS)
              && Directories.owner(far) == account.uid()
              && PosixFilePermissions.toString(Files.getPosixFilePermissions(far))
                  .equals("rwx------");
      if (!ours) {
        throw new CannotStart(
            far
                + " is not a private directory of user "
                + account.uid()
                + "; remove it or set ASH_DATA_DIR to a shorter path",
            e);
      }
    }
  }
}
