package io.ash.runner.workspace;

import java.nio.file.FileSystemException;

/** A name that meant one thing when it was looked at and another when it was opened. */
final class Replaced extends FileSystemException {
  private static final long serialVersionUID = 1L;

  Replaced(String name) {
    super(name, null, "it was replaced in this moment");
  }
}
