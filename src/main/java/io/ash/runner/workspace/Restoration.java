package io.ash.runner.workspace;

import io.ash.blob.BadManifest;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Builds the trees that a manifest describes, step by step: directories, then files in any order,
 * then links and what directories look like. Blocks; steps for different files can run at once.
 */
final class Restoration {
  private final Map<String, Path> tops;
  private final Desk desk;
  private final Manifest manifest;

  /**
   * A restoration.
   *
   * @param tops where paths lead whose first name is the key; the empty key takes all
   */
  Restoration(Map<String, Path> tops, Desk desk, Manifest manifest) {
    this.tops = tops;
    this.desk = desk;
    this.manifest = manifest;
  }

  /** Makes the directories, still open to the server. */
  void directories() throws IOException {
    for (ManifestEntry entry : manifest.entries()) {
      Goal goal = goal(entry.path());
      if (goal.path().isEmpty()) {
        if (!(entry instanceof ManifestEntry.Directory)) {
          throw new BadManifest(RelativePath.shown(entry.path()) + " is no directory");
        }
        continue;
      }
      try {
        if (entry instanceof ManifestEntry.Directory) {
          goal.tree()
              .making(
                  goal.path(),
                  desk,
                  (in, name) -> {
                    desk.directory(0755, in, name).close();
                    return true;
                  });
        } else {
          goal.tree().making(goal.path(), desk, (in, name) -> true);
        }
      } catch (IOException e) {
        throw failed(entry, e);
      }
    }
  }

  /** The files whose content is to be added. */
  List<ManifestEntry.File> files() {
    return manifest.files();
  }

  /** Begins a file that nobody sees yet. */
  Path begin() throws IOException {
    return desk.file();
  }

  void append(Path begun, byte[] content) throws IOException {
    desk.append(begun, content);
  }

  /** Puts a complete file in its place. */
  void place(Path begun, ManifestEntry.File file) throws IOException {
    Goal goal = goal(file.path());
    try {
      goal.tree()
          .at(
              goal.path(),
              (in, name) -> {
                desk.place(begun, file.mode(), FileTime.fromMillis(file.mtime()), in, name);
                return true;
              });
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  void discard(Path begun) throws IOException {
    desk.discard(begun);
  }

  /** Makes the links and gives the directories their modes and times. */
  void finish() throws IOException {
    for (ManifestEntry entry : manifest.entries()) {
      if (entry instanceof ManifestEntry.Link link) {
        link(link);
      }
    }
    List<ManifestEntry> deepestFirst = new ArrayList<>(manifest.entries());
    Collections.reverse(deepestFirst);
    for (ManifestEntry entry : deepestFirst) {
      if (entry instanceof ManifestEntry.Directory directory) {
        finish(directory);
      }
    }
  }

  private void link(ManifestEntry.Link link) throws IOException {
    Goal goal = goal(link.path());
    try {
      goal.tree()
          .at(
              goal.path(),
              (in, name) -> {
                desk.link(link.target(), in, name);
                return true;
              });
    } catch (IOException e) {
      throw failed(link, e);
    }
  }

  private void finish(ManifestEntry.Directory directory) throws IOException {
    Goal goal = goal(directory.path());
    if (goal.path().isEmpty()) {
      return; // modes of the tops are the sandbox's affair
    }
    try {
      goal.tree()
          .at(
              goal.path(),
              (in, name) -> {
                try (SafeDirectory itself = in.enter(name)) {
                  itself.set(directory.mode(), FileTime.fromMillis(directory.mtime()));
                }
                return true;
              });
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  private record Goal(Tree tree, String path) {}

  private Goal goal(String path) throws BadManifest {
    Path all = tops.get("");
    if (all != null) {
      return new Goal(new Tree(all), path);
    }
    int slash = path.indexOf('/');
    Path top = tops.get(slash < 0 ? path : path.substring(0, slash));
    if (top == null) {
      throw new BadManifest(RelativePath.shown(path) + " lies in no tree of a session");
    }
    return new Goal(new Tree(top), slash < 0 ? "" : path.substring(slash + 1));
  }

  private static IOException failed(ManifestEntry entry, IOException e) {
    return new IOException(
        "cannot make " + RelativePath.shown(entry.path()) + ": " + e.getMessage(), e);
  }
}
