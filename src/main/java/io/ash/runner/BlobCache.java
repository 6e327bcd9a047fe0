package io.ash.runner;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.CopyOptions;
import io.vertx.core.file.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blobs on the runner's disk, so that opening the same agent or session again fetches nothing; the
 * small ones that were used last are in memory, too.
 *
 * <p>Keys are hashes of content under the key of a tenant, so what lies here is never stale and
 * never another tenant's; who reads a blob checks it anyway. Confined to the runner loop.
 */
final class BlobCache {
  private static final Logger LOG = LoggerFactory.getLogger(BlobCache.class);

  private final FileSystem files;
  private final Path directory;
  private final long maxBytes;
  private final Map<String, Future<Buffer>> fetching = new HashMap<>();
  private final Map<String, Integer> sizes;
  private final RecentBlobs recent = new RecentBlobs();
  private long bytes;
  private long writes;

  private BlobCache(FileSystem files, Path directory, long maxBytes, Map<String, Integer> sizes) {
    this.files = files;
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.sizes = sizes;
    sizes.values().forEach(n -> bytes += n);
  }

  /** Opens the cache in a directory that is wholly its own; blocks. */
  static BlobCache open(FileSystem files, Path directory, long maxBytes) throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    List<Path> found;
    try (Stream<Path> list = Files.list(directory)) {
      found = new ArrayList<>(list.toList());
    }
    found.sort(Comparator.comparingLong(p -> p.toFile().lastModified()));
    Map<String, Integer> sizes = new java.util.LinkedHashMap<>();
    for (Path file : found) {
      if (BlobKeys.isKey(file.getFileName().toString())) {
        sizes.put(file.getFileName().toString(), (int) Files.size(file));
      } else {
        Files.delete(file); // a write that was cut short
      }
    }
    return new BlobCache(files, directory, maxBytes, sizes);
  }

  /** The same store with this cache in front of its reads. */
  Blobs before(Blobs store) {
    return new ForwardingBlobs(store) {
      @Override
      public Future<Buffer> get(String key) {
        return BlobCache.this.get(key, store);
      }

      @Override
      public Future<Buffer> getAnew(String key) {
        return fetch(key, store);
      }
    };
  }

  private Future<Buffer> get(String key, Blobs store) {
    if (!BlobKeys.isKey(key)) {
      return store.get(key);
    }
    Buffer known = recent.get(key);
    if (known != null) {
      return Future.succeededFuture(known);
    }
    Future<Buffer> present = fetching.get(key);
    if (present != null) {
      return present;
    }
    Future<Buffer> got =
        sizes.containsKey(key)
            ? files
                .readFile(directory.resolve(key).toString())
                .onSuccess(packed -> recent.add(key, packed))
                .recover(e -> fetch(key, store))
            : fetch(key, store);
    if (!got.isComplete()) {
      fetching.put(key, got);
      got.onComplete(done -> fetching.remove(key, got));
    }
    return got;
  }

  private Future<Buffer> fetch(String key, Blobs store) {
    return store.get(key).onSuccess(packed -> keep(key, packed));
  }

  private void keep(String key, Buffer packed) {
    recent.add(key, packed);
    if (packed.length() > maxBytes / 4) {
      return;
    }
    String part = directory.resolve("part-" + writes++).toString();
    files
        .writeFile(part, packed)
        .compose(
            v ->
                files.move(
                    part,
                    directory.resolve(key).toString(),
                    new CopyOptions().setReplaceExisting(true)))
        .onSuccess(
            v -> {
              Integer before = sizes.put(key, packed.length());
              bytes += packed.length() - (before == null ? 0 : before);
              makeRoom(key);
            })
        .onFailure(
            e ->
                LOG.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("a blob was not kept; it is fetched again when it is needed"));
  }

  /** Deletes the oldest until what is left fits. */
  private void makeRoom(String kept) {
    for (String key : List.copyOf(sizes.keySet())) {
      if (bytes <= maxBytes) {
        return;
      }
      if (!key.equals(kept)) {
        Integer size = sizes.remove(key);
        bytes -= size == null ? 0 : size;
        files.delete(directory.resolve(key).toString());
      }
    }
  }
}
