package io.ash.runner.workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Empties a tree in which a restoration came to an end too early. Nothing else may run in it yet.
 * Blocks.
 */
final class Clearing {
  private Clearing() {}

  /** Removes everything below {@code top}, which stays. */
  static void of(Path top) throws IOException {
    try (SafeDirectory directory = SafeDirectory.top(top)) {
      inside(directory);
    }
  }

  private static void inside(SafeDirectory directory) throws IOException {
    List<Path> names = new ArrayList<>();
    directory.names().forEach(names::add);
    for (Path name : names) {
      if (directory.facts(name).is(Facts.Kind.DIRECTORY)) {
        try (SafeDirectory below = directory.enter(name)) {
          below.open();
          inside(below);
        }
        directory.deleteDirectory(name);
      } else {
        directory.deleteFile(name);
      }
    }
  }
}
