package io.ash.coordinator.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** File systems on which neither the lock nor PostgreSQL's writes can be trusted. */
final class NetworkFileSystems {
  private static final Set<String> TYPES =
      Set.of(
          "nfs",
          "nfs4",
          "cifs",
          "smb",
          "smb2",
          "smb3",
          "smbfs",
          "ncpfs",
          "afs",
          "ceph",
          "lustre",
          "gpfs",
          "9p",
          "fuse.sshfs",
          "fuse.glusterfs",
          "fuse.ceph",
          "fuse.s3fs",
          "fuse.rclone",
          "fuse.davfs");

  private NetworkFileSystems() {}

  static void refuse(Path directory) throws IOException {
    String type = Files.getFileStore(directory).type();
    if (isNetwork(type)) {
      throw new CannotStart(
          "data directory "
              + directory
              + " lies on a network file system ("
              + type
              + "), which PostgreSQL cannot use safely; set ASH_DATA_DIR to a local disk or"
              + " ASH_DATABASE_URL to a PostgreSQL server");
    }
  }

  static boolean isNetwork(String type) {
    return TYPES.contains(type.toLowerCase(Locale.ROOT));
  }
}
