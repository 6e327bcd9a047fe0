package io.ash.coordinator.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Ownership of one data directory: a lock on its file {@code lock}, held by this JVM until it is
 * closed or the process ends, however it ends.
 *
 * <p>Thread-safe. Blocks on the file system.
 */
public final class DataLock implements AutoCloseable {
  private final Path directory;
  private final FileChannel channel;

  private DataLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Makes the directory where it is missing and takes it.
   *
   * @throws CannotStart where another server has it, it cannot be written, or it lies on a network
   *     file system
   */
  public static DataLock take(Path data) {
    Path directory = data.toAbsolutePath().normalize();
    try {
      Files.createDirectories(directory);
      directory = directory.toRealPath();
      NetworkFileSystems.refuse(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw new CannotStart(
            "data directory "
                + directory
                + " is in use by another ash server; stop that server or set ASH_DATA_DIR to"
                + " another directory");
      }
      return new DataLock(directory, channel);
    } catch (IOException e) {
      throw new CannotStart(
          "data directory "
              + directory
              + " cannot be written ("
              + e
              + "); give this user write permission or set ASH_DATA_DIR to another directory",
          e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another server in this same JVM
    }
  }

  /** The real path of the directory that is owned. */
  public Path directory() {
    return directory;
  }

  /** Gives the directory up. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("lock of " + directory + " cannot be released", e);
    }
  }
}
