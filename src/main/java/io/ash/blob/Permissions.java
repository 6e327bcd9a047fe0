package io.ash.blob;

import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The nine permission bits as a number, as manifests have them, and as a set, as Java has them. */
public final class Permissions {
  /** From the highest bit on. */
  private static final List<PosixFilePermission> BITS =
      List.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private Permissions() {}

  /** The bits of a number; what is above the nine is left out. */
  public static Set<PosixFilePermission> of(int mode) {
    Set<PosixFilePermission> set = new HashSet<>();
    for (int i = 0; i < BITS.size(); i++) {
      if ((mode & (0400 >> i)) != 0) {
        set.add(BITS.get(i));
      }
    }
    return set;
  }

  /** The number of the bits. */
  public static int mode(Set<PosixFilePermission> permissions) {
    int mode = 0;
    for (int i = 0; i < BITS.size(); i++) {
      if (permissions.contains(BITS.get(i))) {
        mode |= 0400 >> i;
      }
    }
    return mode;
  }
}
