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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Fetches what a manifest names and builds it on disk. Fails with {@link io.ash.blob.NoSuchBlob} or
 * {@link io.ash.blob.CorruptBlob}, which name the blob. Confined to one event loop; disk and hashes
 * are the workers' affair.
 */
final class Furnishing {
  private static final int LANES = 3;

  /** Bytes and entries of a tree that is held in memory whole and built in one go. */
  private static final long SMALL = 1 << 20;

  private static final int FEW = 200;

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
    return read(key, ManifestCodec.MAX_BYTES, ManifestCodec::read)
        .compose(
            manifest -> {
              Restoration restoration = new Restoration(tops, desk, manifest);
              boolean small = manifest.size() <= SMALL && manifest.entries().size() <= FEW;
              Future<Void> built =
                  small
                      ? atOnce(restoration, manifest)
                          .recover(
                              e ->
                                  e instanceof CorruptBlob
                                      ? inSteps(restoration)
                                      : Future.failedFuture(e))
                      : inSteps(restoration);
              return built.map(manifest);
            });
  }

  /** Gathers everything first, so that the disk is one trip to a worker. */
  private Future<Void> atOnce(Restoration restoration, Manifest manifest) {
    Map<String, Buffer> packed = new HashMap<>();
    List<Future<?>> gathered = new ArrayList<>();
    for (String key : manifest.chunks()) {
      gathered.add(blobs.get(key).onSuccess(blob -> packed.put(key, blob)));
    }
    return Future.all(gathered)
        .compose(
            v ->
                step(
                    () -> {
                      restoration.directories();
                      for (ManifestEntry.File file : restoration.files()) {
                        place(restoration, file, packed);
                      }
                      restoration.finish();
                    }));
  }

  private void place(Restoration restoration, ManifestEntry.File file, Map<String, Buffer> packed)
      throws IOException {
    Path begun = restoration.begin();
    try {
      int no = 0;
      for (String key : file.chunks()) {
        Buffer chunk = Objects.requireNonNull(packed.get(key));
        append(restoration, file, begun, no++, chunks.unpack(key, chunk, Chunks.MAX_CONTENT));
      }
      restoration.place(begun, file);
    } finally {
      restoration.discard(begun);
    }
  }

  private Future<Void> inSteps(Restoration restoration) {
    return step(restoration::directories)
        .compose(v -> Lanes.each(restoration.files(), LANES, f -> pour(restoration, f)))
        .compose(v -> step(restoration::finish));
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
    return read(
        key,
        Chunks.MAX_CONTENT,
        content -> {
          append(restoration, file, begun, no, content);
          return null;
        });
  }

  private static void append(
      Restoration restoration, ManifestEntry.File file, Path begun, int no, byte[] content)
      throws IOException {
    long expected = Math.min(Chunks.MAX_CONTENT, file.size() - (long) no * Chunks.MAX_CONTENT);
    if (content.length != expected) {
      throw new BadManifest(
          RelativePath.shown(file.path())
              + " has another size than its chunk "
              + file.chunks().get(no));
    }
    restoration.append(begun, content);
  }

  /** Does something with what a blob holds. */
  @FunctionalInterface
  private interface Use<T> {
    T of(byte[] content) throws IOException;
  }

  /** Uses a blob; a damaged one is asked for once more, past what is kept on this machine. */
  private <T> Future<T> read(String key, int most, Use<T> use) {
    return blobs
        .get(key)
        .compose(packed -> use(key, packed, most, use))
        .recover(
            e ->
                e instanceof CorruptBlob
                    ? blobs.getAnew(key).compose(packed -> use(key, packed, most, use))
                    : Future.failedFuture(e));
  }

  private <T> Future<T> use(String key, Buffer packed, int most, Use<T> use) {
    return workers.executeBlocking(() -> use.of(chunks.unpack(key, packed, most)), false);
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
