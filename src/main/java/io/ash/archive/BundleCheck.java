package io.ash.archive;

import io.ash.blob.RelativePath;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Looks through a whole bundle before anything of it is used, so one that is refused does nothing.
 */
public final class BundleCheck {
  private final Set<String> leaves = new HashSet<>();
  private final Set<String> directories = new HashSet<>();

  private BundleCheck() {}

  /**
   * Fails with {@link Refused} where {@link BundleReader} would, and where something lies below a
   * file or link or is both a directory and something else. Blocks.
   */
  public static void look(Buffer archive) throws IOException {
    BundleCheck check = new BundleCheck();
    try (BundleReader bundle = BundleReader.of(archive)) {
      for (BundleEntry e = bundle.next(); e != null; e = bundle.next()) {
        check.entry(e.path(), e.kind() == BundleEntry.Kind.DIRECTORY);
      }
    }
  }

  private void entry(String path, boolean directory) {
    if (directory ? leaves.contains(path) : directories.contains(path)) {
      throw BundleReader.refused(path, "is both a directory and something else");
    }
    (directory ? directories : leaves).add(path);
    for (String up = RelativePath.parent(path); !up.isEmpty(); up = RelativePath.parent(up)) {
      if (leaves.contains(up)) {
        throw BundleReader.refused(path, "lies below a file or link");
      }
      if (!directories.add(up)) {
        return;
      }
    }
  }
}
