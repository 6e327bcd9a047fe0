package io.ash.app;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the data directory can still be written. */
final class Disk {
  private static final long LEAST_FREE = 64L * 1024 * 1024;

  private final Vertx vertx;
  private final Path directory;

  Disk(Vertx vertx, Path directory) {
    this.vertx = vertx;
    this.directory = directory;
  }

  /** Fails with a sentence where there is no room or no right to write. */
  Future<Void> check() {
    return vertx.executeBlocking(
        () -> {
          look();
          return null;
        },
        false);
  }

  private void look() throws IOException {
    if (!Files.isWritable(directory)) {
      throw new IOException(directory + " cannot be written");
    }
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < LEAST_FREE) {
      throw new IOException(
          "only %d MiB are free in %s".formatted(free / (1024 * 1024), directory));
    }
  }
}
