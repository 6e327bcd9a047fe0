package io.ash.runner.workspace;

import io.ash.blob.RelativePath;
import java.io.IOException;
import java.nio.file.Path;

/** A tree of files: the way from its top to a name. Blocks; immutable. */
final class Tree {
  private final Path top;

  Tree(Path top) {
    this.top = top;
  }

  /** What to do with a name in an open directory. */
  @FunctionalInterface
  interface At<T> {
    T apply(SafeDirectory in, Path name) throws IOException;
  }

  /** How to get from one directory into the next. */
  @FunctionalInterface
  private interface Step {
    SafeDirectory enter(SafeDirectory in, Path name) throws IOException;
  }

  /** Goes to the directory that a path is in; fails where something on the way is missing. */
  <T> T at(String path, At<T> at) throws IOException {
    return at(path, SafeDirectory::enter, at);
  }

  /** The same, making what is missing on the way with mode 0755. */
  <T> T making(String path, Desk desk, At<T> at) throws IOException {
    return at(path, (in, name) -> desk.directory(0755, in, name), at);
  }

  private <T> T at(String path, Step step, At<T> at) throws IOException {
    String[] names = RelativePath.checked(path).split("/", -1);
    SafeDirectory in = SafeDirectory.top(top);
    try {
      for (int i = 0; i < names.length - 1; i++) {
        SafeDirectory next = step.enter(in, EntryName.path(names[i]));
        in.close();
        in = next;
      }
      return at.apply(in, EntryName.path(names[names.length - 1]));
    } finally {
      in.close();
    }
  }
}
