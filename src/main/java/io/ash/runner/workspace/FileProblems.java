package io.ash.runner.workspace;

import io.ash.blob.RelativePath;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Puts what a file system says into what the person who asked for a file is told. */
final class FileProblems {
  private FileProblems() {}

  static String checked(String path) {
    try {
      return RelativePath.checked(path);
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.FILE_REFUSED, "Invalid file path: " + e.getMessage());
    }
  }

  static Refused notFound() {
    return new Refused(Refusal.FILE_NOT_FOUND, "File not found");
  }

  static Refused notFile() {
    return new Refused(Refusal.FILE_REFUSED, "Path is not a file");
  }

  /** Some work on the file at {@code path}. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  static <T> T told(String path, Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (NoSuchFileException e) {
      throw notFound();
    } catch (NotDirectoryException e) {
      throw refused(path, "leads through something that is not a directory");
    } catch (AccessDeniedException e) {
      throw refused(path, "is not accessible: permission denied");
    } catch (Replaced e) {
      throw refused(path, "was replaced in this moment");
    } catch (FileSystemException e) {
      String reason = e.getReason();
      throw new IOException(
          RelativePath.shown(path) + ": " + (reason == null ? e.getClass().getName() : reason), e);
    }
  }

  private static Refused refused(String path, String why) {
    return new Refused(
        Refusal.FILE_REFUSED, "Invalid file path: " + RelativePath.shown(path) + " " + why);
  }
}
