package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * What a sandbox keeps on the disk.
 *
 * @param bytes of all files, each counted in whole blocks
 * @param files files, directories and links
 */
record DiskUse(long bytes, long files) {
  private static final int BLOCK = 4096;

  /** Directories nested deeper hold a handle each, so they count as too many files. */
  private static final int DEEPEST = 512;

  /**
   * Measures while its processes may be at work; blocks. Links are not followed, and what vanishes
   * meanwhile is left out.
   *
   * @param most files after which the measuring ends
   */
  static DiskUse of(List<Path> places, long most) {
    Sum sum = new Sum(most);
    for (Path place : places) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(place)) {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
          sum.add(secure, 1);
        }
      } catch (IOException | DirectoryIteratorException e) {
        // Its owner closed it to us, or it is gone: what the others hold still counts.
        sum.files++;
      }
    }
    return new DiskUse(sum.bytes, sum.files);
  }

  private static final class Sum {
    private final long most;
    private long bytes;
    private long files;

    Sum(long most) {
      this.most = most;
    }

    void add(SecureDirectoryStream<Path> directory, int depth) {
      if (depth > DEEPEST) {
        files = Math.max(files, most + 1);
      }
      for (Path entry : directory) {
        if (files > most) {
          return;
        }
        try {
          count(directory, entry.getFileName(), depth);
        } catch (IOException | DirectoryIteratorException e) {
          // It vanished, or its owner closed it to us; what it holds is found in a later look.
          files++;
        }
      }
    }

    private void count(SecureDirectoryStream<Path> in, Path name, int depth) throws IOException {
      BasicFileAttributes facts =
          in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
      files++;
      bytes += (facts.size() + BLOCK - 1) / BLOCK * BLOCK;
      if (facts.isDirectory()) {
        try (SecureDirectoryStream<Path> inside =
            in.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
          add(inside, depth + 1);
        }
      }
    }
  }
}
