package io.ash.runner.workspace;

import io.ash.blob.RelativePath;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * Goes through a tree that may change meanwhile; what vanishes on the way was not there. Blocks; at
 * most one directory of each level is open.
 */
final class Walk {
  private final Visitor visitor;
  private final int mostNames;
  private int names;

  private Walk(Visitor visitor, int mostNames) {
    this.visitor = visitor;
    this.mostNames = mostNames;
  }

  /** Hears what is found. */
  interface Visitor {
    /** A name that is not a directory; whether it is of use is for the visitor to say. */
    void entry(Spot spot, Facts facts) throws IOException;

    /** A directory; true to go in. */
    boolean directory(Spot spot, Facts facts) throws IOException;

    /** A name that cannot be looked at. */
    void skipped(String path, String why);
  }

  /**
   * A name that was found.
   *
   * @param path from the top, by the rules of {@link RelativePath}
   */
  record Spot(SafeDirectory in, Path name, String path) {
    /** The last part of the path. */
    String text() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /** Thrown when a tree has more names than the caller can take. */
  static final class TooMany extends IOException {
    private static final long serialVersionUID = 1L;

    TooMany(int most) {
      super("there are more than " + most + " names");
    }
  }

  /** Visits all below {@code top}, in no order. */
  static void through(Path top, int mostNames, Visitor visitor) throws IOException {
    try (SafeDirectory directory = SafeDirectory.top(top)) {
      new Walk(visitor, mostNames).inside(directory, "");
    }
  }

  private void inside(SafeDirectory directory, String prefix) throws IOException {
    try {
      for (Path name : directory.names()) {
        if (++names > mostNames) {
          throw new TooMany(mostNames);
        }
        String text = EntryName.text(name);
        if (text == null) {
          visitor.skipped(prefix + name, "its name is not UTF-8");
        } else {
          visit(new Spot(directory, name, prefix + text));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private void visit(Spot spot) throws IOException {
    try {
      RelativePath.checked(spot.path());
      Facts facts = spot.in().facts(spot.name());
      if (!facts.is(Facts.Kind.DIRECTORY)) {
        visitor.entry(spot, facts);
      } else if (visitor.directory(spot, facts)) {
        try (SafeDirectory below = spot.in().enter(spot.name())) {
          inside(below, spot.path() + "/");
        }
      }
    } catch (IllegalArgumentException e) {
      visitor.skipped(spot.path(), "its path cannot be kept");
    } catch (AccessDeniedException e) {
      visitor.skipped(spot.path(), "permission denied");
    } catch (NoSuchFileException | NotDirectoryException e) {
      // It is gone or something else by now.
    } catch (FileSystemException e) {
      visitor.skipped(spot.path(), e.getReason() == null ? "unreadable" : e.getReason());
    }
  }
}
