package io.ash.runner.workspace;

import io.ash.blob.BadManifest;
import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.Chunks;
import io.ash.blob.CorruptBlob;
import io.ash.blob.Lanes;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestCodec;
import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Fetches what a manifest names and builds it on disk. Fails with {@link io.ash.blob.NoSuchBlob} or
 * {@link io.ash.blob.CorruptBlob}, which name the blob. Confined to one event loop; disk and hashes
 * are the workers' affair.
 */
final class Furnishing {
  private static final int LANES = 3;

  private final Desk desk;
  private final Blobs blobs;
  private final Chunks chunks;
  private final WorkerExecutor workers;

  Furnishing(Desk desk, Blobs blobs, BlobKeys keys, WorkerExecutor workers) {
    this.desk = desk;
    this.blobs = blobs;
    this.chunks = new Chunks(keys);
    this.workers = workers;
  }

  /** Builds a tree; see {@link Restoration} for {@code tops}. Gives what was built. */
  Future<Manifest> build(String key, Map<String, Path> tops) {
    return content(key, ManifestCodec.MAX_BYTES)
        .compose(bytes -> workers.executeBlocking(() -> ManifestCodec.read(bytes), false))
        .compose(
            manifest -> {
              Restoration restoration = new Restoration(tops, desk, manifest);
              return step(restoration::directories)
                  .compose(v -> Lanes.each(restoration.files(), LANES, f -> pour(restoration, f)))
                  .compose(v -> step(restoration::finish))
                  .map(manifest);
            });
  }

  private Future<Void> pour(Restoration restoration, ManifestEntry.File file) {
    return workers
        .executeBlocking(restoration::begin, false)
        .compose(
            begun -> {
              Counting chunkNo = new Counting();
              return Lanes.each(
                      file.chunks(), 1, key -> pour(restoration, file, begun, key, chunkNo.next()))
                  .compose(v -> step(() -> restoration.place(begun, file)))
                  .eventually(() -> step(() -> restoration.discard(begun)));
            });
  }

  private Future<Void> pour(
      Restoration restoration, ManifestEntry.File file, Path begun, String key, int no) {
    return content(key, Chunks.MAX_CONTENT)
        .compose(
            content ->
                step(
                    () -> {
                      long expected =
                          Math.min(
                              Chunks.MAX_CONTENT, file.size() - (long) no * Chunks.MAX_CONTENT);
                      if (content.length != expected) {
                        throw new BadManifest(
                            RelativePath.shown(file.path())
                                + " has another size than its chunk "
                                + key);
                      }
                      restoration.append(begun, content);
                    }));
  }

  /** What a blob holds; a damaged one is asked for once more, past what is kept on this machine. */
  private Future<byte[]> content(String key, int most) {
    return blobs
        .get(key)
        .compose(packed -> unpacked(key, packed, most))
        .recover(
            e ->
                e instanceof CorruptBlob
                    ? blobs.getAnew(key).compose(packed -> unpacked(key, packed, most))
                    : Future.failedFuture(e));
  }

  private Future<byte[]> unpacked(String key, Buffer packed, int most) {
    return workers.executeBlocking(() -> chunks.unpack(key, packed, most), false);
  }

  /** Counts from 0; for one event loop. */
  private static final class Counting {
    private int count;

    int next() {
      return count++;
    }
  }

  /** Something that blocks. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private Future<Void> step(Step step) {
    return workers.executeBlocking(
        () -> {
          step.run();
          return null;
        },
        false);
  }
}
