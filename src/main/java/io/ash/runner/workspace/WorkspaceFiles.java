package io.ash.runner.workspace;

import io.ash.archive.LeftOut;
import io.ash.blob.Manifest;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Single files of one tree, by path, for people and for the server itself. What is asked for
 * wrongly fails with {@link Refused}. Blocks; thread-safe.
 */
final class WorkspaceFiles {
  static final int MOST_LISTED = 50_000;
  static final int MOST_READ = 1 << 20;

  private final Path top;
  private final Tree tree;
  private final Desk desk;

  WorkspaceFiles(Path top, Desk desk) {
    this.top = top;
    this.tree = new Tree(top);
    this.desk = desk;
  }

  /** Regular files by path. */
  List<FileFacts> list(boolean includeHidden) throws IOException {
    List<FileFacts> found = new ArrayList<>();
    Walk.Visitor visitor =
        new Walk.Visitor() {
          @Override
          public void entry(Walk.Spot spot, Facts facts) {
            if (facts.is(Facts.Kind.FILE) && LeftOut.isListedName(spot.text(), includeHidden)) {
              if (found.size() >= MOST_LISTED) {
                throw tooMany();
              }
              found.add(new FileFacts(spot.path(), facts.size(), facts.mtime().toInstant()));
            }
          }

          @Override
          public boolean directory(Walk.Spot spot, Facts facts) {
            return LeftOut.isListedName(spot.text(), includeHidden);
          }

          @Override
          public void skipped(String path, String why) {
            // Nobody can ask for a file whose path cannot be written down.
          }
        };
    try {
      Walk.through(top, Manifest.MAX_ENTRIES, visitor);
    } catch (Walk.TooMany e) {
      throw tooMany();
    }
    found.sort(Comparator.comparing(FileFacts::path));
    return found;
  }

  private static Refused tooMany() {
    return new Refused(
        Refusal.TOO_LARGE,
        "The workspace has more than " + MOST_LISTED + " files; list it with a command instead.");
  }

  /** Up to {@code length} bytes from {@code offset} on; none behind the end. */
  FilePart read(String path, long offset, int length) throws IOException {
    if (offset < 0 || length < 0 || length > MOST_READ) {
      throw new Refused(
          Refusal.INVALID_REQUEST, "A part of a file starts at 0 or later and has at most 1 MiB.");
    }
    FileProblems.checked(path);
    return FileProblems.told(
        path, () -> tree.at(path, (in, name) -> read(in, name, offset, length)));
  }

  private FilePart read(SafeDirectory in, Path name, long offset, int length) throws IOException {
    Facts facts = in.facts(name);
    if (!facts.is(Facts.Kind.FILE)) {
      throw FileProblems.notFile();
    }
    if (in.inode(name, facts).isForeign(desk.uid())) {
      throw new Refused(Refusal.FILE_REFUSED, "The file is a hard link to somebody else's file.");
    }
    try (SeekableByteChannel channel = in.open(name, facts, desk.uid())) {
      long size = channel.size();
      ByteBuffer part = ByteBuffer.allocate((int) Math.max(0, Math.min(length, size - offset)));
      channel.position(offset);
      while (part.hasRemaining() && channel.read(part) >= 0) {
        // goes on until the part is full or the file ends
      }
      byte[] bytes = new byte[part.flip().remaining()];
      part.get(bytes);
      return new FilePart(Buffer.buffer(bytes), size);
    }
  }

  /** Whether a regular file has this path. */
  boolean has(String path) throws IOException {
    FileProblems.checked(path);
    try {
      return FileProblems.told(
          path, () -> tree.at(path, (in, name) -> in.facts(name).is(Facts.Kind.FILE)));
    } catch (Refused e) {
      if (e.refusal() == Refusal.FILE_NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Replaces or creates a file in one step; directories on the way are made.
   *
   * @param mode permission bits, null to keep those of the file that is replaced, else 0644
   */
  void write(String path, byte[] content, @Nullable Integer mode) throws IOException {
    FileProblems.checked(path);
    Path made = desk.file();
    try {
      desk.append(made, content);
      FileProblems.told(
          path,
          () ->
              tree.making(
                  path,
                  desk,
                  (in, name) -> {
                    int before = replaceable(in, name);
                    desk.place(made, mode == null ? before : mode, in, name);
                    return true;
                  }));
    } finally {
      desk.discard(made);
    }
  }

  private static int replaceable(SafeDirectory in, Path name) throws IOException {
    try {
      Facts before = in.facts(name);
      if (!before.is(Facts.Kind.FILE)) {
        throw FileProblems.notFile();
      }
      return before.mode();
    } catch (NoSuchFileException e) {
      return 0644;
    }
  }

  /** Removes a regular file or a link. */
  void delete(String path) throws IOException {
    FileProblems.checked(path);
    FileProblems.told(
        path,
        () ->
            tree.at(
                path,
                (in, name) -> {
                  Facts facts = in.facts(name);
                  if (facts.is(Facts.Kind.DIRECTORY)) {
                    throw new Refused(
                        Refusal.FILE_REFUSED, "Path is not a file: it is a directory");
                  }
                  if (facts.is(Facts.Kind.OTHER)) {
                    throw FileProblems.notFile();
                  }
                  in.deleteFile(name);
                  return true;
                }));
  }
}
