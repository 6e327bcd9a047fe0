package io.ash.runner.workspace;

import io.ash.archive.BundleEntry;
import io.ash.archive.BundleTree.Node;
import io.ash.model.Refused;
import io.ash.runner.workspace.Unpacking.Made;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * Moves what a bundle made to its places in a tree: after a look whether each will do, directories
 * first, then the rest. Only what changes in the tree meanwhile can end it half-way. Blocks.
 */
final class Placing {
  private final Path top;
  private final Desk desk;

  Placing(Path top, Desk desk) {
    this.top = top;
    this.desk = desk;
  }

  /** Fails with {@link Refused} {@code FILE_REFUSED} where something is in the way. */
  void place(Node<Made> whole) throws IOException {
    try (SafeDirectory in = SafeDirectory.top(top)) {
      each(whole, "", in, this::look);
      each(whole, "", in, this::directory);
      each(whole, "", in, this::leaf);
    }
  }

  /** What is done with one name; answers the directory to go on in, null for none. */
  @FunctionalInterface
  private interface Step {
    @Nullable SafeDirectory at(Node<Made> node, SafeDirectory in, Path name) throws IOException;
  }

  private static void each(Node<Made> directory, String prefix, SafeDirectory in, Step step)
      throws IOException {
    for (Node<Made> node : directory.below()) {
      String path = prefix + node.name();
      FileProblems.told(
          path,
          () -> {
            try (SafeDirectory below = step.at(node, in, EntryName.path(node.name()))) {
              if (below != null) {
                each(node, path + "/", below, step);
              }
            }
            return true;
          });
    }
  }

  private @Nullable SafeDirectory look(Node<Made> node, SafeDirectory in, Path name)
      throws IOException {
    Facts there = factsOrNull(in, name);
    if (there == null) {
      return null;
    }
    boolean directory = there.is(Facts.Kind.DIRECTORY);
    if (node.isDirectory() && !directory) {
      throw new NotDirectoryException(node.name());
    }
    if (!node.isDirectory() && directory) {
      throw FileProblems.notFile();
    }
    return directory ? in.enter(name) : null;
  }

  private @Nullable SafeDirectory directory(Node<Made> node, SafeDirectory in, Path name)
      throws IOException {
    if (!node.isDirectory()) {
      return null;
    }
    Made made = node.note();
    return desk.directory(made == null ? 0755 : made.entry().mode() | 0700, in, name);
  }

  private @Nullable SafeDirectory leaf(Node<Made> node, SafeDirectory in, Path name)
      throws IOException {
    Made made = node.note();
    if (node.isDirectory() || made == null) {
      return in.enter(name);
    }
    Facts there = factsOrNull(in, name);
    if (there != null && there.is(Facts.Kind.DIRECTORY)) {
      throw FileProblems.notFile();
    }
    BundleEntry entry = made.entry();
    if (made.file() == null) {
      desk.link(entry.target(), in, name);
    } else {
      desk.place(made.file(), entry.mode(), FileTime.fromMillis(entry.mtime()), in, name);
    }
    return null;
  }

  private static @Nullable Facts factsOrNull(SafeDirectory in, Path name) throws IOException {
    try {
      return in.facts(name);
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
