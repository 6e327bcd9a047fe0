package io.ash.runner.workspace;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells what was not written for want of room from other failures, and refuses what a limit that no
 * file system holds has no room for. Blocks; thread-safe.
 */
final class FullDisk {
  /** What is left on a device that is full for all who are not root. */
  private static final long NEARLY = 64 << 10;

  private final Path device;
  private final LongSupplier left;

  /**
   * The disk of one session.
   *
   * @param device a directory on it
   * @param left bytes that the session may still have there, where nobody but the server looks
   *     after that
   */
  FullDisk(Path device, LongSupplier left) {
    this.device = device;
    this.left = left;
  }

  /** Does some writing; fails with {@link Refused} STORAGE_FULL where there is no room for it. */
  <T extends @Nullable Object> T told(Callable<T> writing) throws Exception {
    try {
      return writing.call();
    } catch (IOException e) {
      throw isFull(e) ? noDevice() : e;
    }
  }

  /** Fails with {@link Refused} STORAGE_FULL where the limit leaves no room for so many bytes. */
  void need(long bytes) {
    if (bytes > left.getAsLong()) {
      throw new Refused(
          Refusal.STORAGE_FULL,
          "The files of this session would hold more than its disk limit; nothing of this was"
              + " written. Remove files, or raise limits.diskMb.");
    }
  }

  /** Bytes that may be written now. */
  long left() {
    return left.getAsLong();
  }

  static Refused noDevice() {
    return new Refused(
        Refusal.STORAGE_FULL,
        "No space is left on the disk that holds the files of this session; nothing of this was"
            + " written. Remove files, or raise limits.diskMb where the disk is the session's own.");
  }

  /** The JDK words these errors in the language of the machine, so the device is asked as well. */
  private boolean isFull(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      String text = String.valueOf(e.getMessage());
      if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
        return true;
      }
    }
    try {
      FileStore store = Files.getFileStore(device);
      return store.getUsableSpace() < NEARLY;
    } catch (IOException e) {
      return false;
    }
  }
}
