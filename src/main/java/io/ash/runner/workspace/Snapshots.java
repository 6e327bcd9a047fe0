package io.ash.runner.workspace;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.Lanes;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestCodec;
import io.ash.blob.ManifestEntry;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings both trees of a session into the store, sending only what is not there. Confined to one
 * event loop; looking at files happens on the workers, one thing after another.
 */
final class Snapshots {
  private static final int LANES = 2;
  private static final int ASKED_AT_ONCE = 500;

  private final Premises premises;
  private final Desk desk;
  private final Set<String> skipNames;
  private final Blobs blobs;
  private final BlobKeys keys;
  private final Chunks chunks;
  private final Stillness still;
  private final WorkerExecutor workers;

  private ScanIndex index = new ScanIndex();
  private Map<String, TreeScan.Origin> origins = Map.of();
  private final Set<String> stored = new HashSet<>();
  private Set<String> held = Set.of();
  private @Nullable Chunk manifest;
  private final AtomicLong resent = new AtomicLong();
  private String lastKey = "";
  private Future<?> last = Future.succeededFuture();

  Snapshots(
      Premises premises,
      Desk desk,
      Set<String> skipNames,
      Blobs blobs,
      BlobKeys keys,
      Stillness still,
      WorkerExecutor workers) {
    this.premises = premises;
    this.desk = desk;
    this.skipNames = skipNames;
    this.blobs = blobs;
    this.keys = keys;
    this.chunks = new Chunks(keys);
    this.still = still;
    this.workers = workers;
  }

  /** What was restored from this manifest is in the store. */
  void restored(String key, Manifest from) {
    stored.add(key);
    stored.addAll(from.chunks());
    held = Set.copyOf(stored);
  }

  /** The store has this manifest for good now, because a snapshot refers to it. */
  void attached(String key) {
    if (key.equals(lastKey)) {
      held = Set.copyOf(stored);
    }
  }

  /**
   * Puts what is there now somewhere else, without what the store has for good. Waits for no scan
   * under way, which may be what takes too long.
   */
  Future<Snapshot> keep(Blobs elsewhere) {
    Snapshots apart = new Snapshots(premises, desk, skipNames, elsewhere, keys, still, workers);
    apart.index = index;
    apart.stored.addAll(held);
    return apart.scan(() -> {});
  }

  /** What is there now, stored. */
  Future<Snapshot> scan(Runnable looked) {
    return next(() -> look().onComplete(found -> looked.run()).compose(this::store));
  }

  /** Nobody is kept standing while anything is sent. */
  private Future<TreeScan.Found> look() {
    return still
        .begin()
        .transform(
            begun ->
                workers.executeBlocking(
                    () -> TreeScan.of(premises, desk, keys, skipNames, index), false))
        .eventually(still::end);
  }

  private Future<Snapshot> store(TreeScan.Found found) {
    index = found.index();
    origins = found.origins();
    List<String> fresh = origins.keySet().stream().filter(key -> !stored.contains(key)).toList();
    Set<String> stale = new HashSet<>();
    int[] sent = {0};
    resent.set(0);
    return missing(fresh)
        .compose(
            keysMissing ->
                Lanes.each(
                    keysMissing,
                    LANES,
                    key ->
                        send(key)
                            .map(
                                done -> {
                                  if (done) {
                                    sent[0]++;
                                  } else {
                                    stale.add(key);
                                  }
                                  return null;
                                })))
        .compose(v -> Lanes.each(changed(found, stale), 1, file -> resend(found, file, sent)))
        .compose(v -> workers.executeBlocking(() -> seal(found), false))
        .compose(
            whole -> {
              Future<Void> put =
                  stored.contains(whole.chunk().key())
                      ? Future.succeededFuture()
                      : blobs.put(whole.chunk().key(), whole.chunk().packed());
              return put.map(v -> done(found, whole, sent[0]));
            });
  }

  private Snapshot done(TreeScan.Found found, Sealed whole, int sent) {
    String key = whole.chunk().key();
    boolean changed = !key.equals(lastKey);
    lastKey = key;
    manifest = whole.chunk();
    stored.clear();
    stored.addAll(whole.keys());
    return new Snapshot(
        key,
        whole.keys(),
        changed,
        found.skipped(),
        found.hashed(),
        found.bytesRead() + resent.get(),
        sent);
  }

  private record Sealed(Chunk chunk, List<String> keys) {}

  private Sealed seal(TreeScan.Found found) throws IOException {
    Manifest all;
    try {
      all = new Manifest(List.copyOf(found.entries().values()));
    } catch (IllegalArgumentException e) {
      throw new IOException("the files changed while they were looked at: " + e.getMessage(), e);
    }
    byte[] bytes;
    try {
      bytes = ManifestCodec.write(all);
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.TOO_LARGE, "No snapshot is taken: " + e.getMessage());
    }
    Chunk chunk = chunks.pack(bytes);
    List<String> names = new ArrayList<>(all.chunks());
    names.add(chunk.key());
    return new Sealed(chunk, List.copyOf(names));
  }

  private Future<List<String>> missing(List<String> asked) {
    List<String> all = new ArrayList<>();
    List<List<String>> parts = new ArrayList<>();
    for (int i = 0; i < asked.size(); i += ASKED_AT_ONCE) {
      parts.add(asked.subList(i, Math.min(asked.size(), i + ASKED_AT_ONCE)));
    }
    return Lanes.each(
            parts,
            1,
            part ->
                blobs
                    .missing(part)
                    .map(
                        some -> {
                          all.addAll(some);
                          return null;
                        }))
        .map(all);
  }

  /** Reads a chunk again and sends it; false where it is no longer what was scanned. */
  private Future<Boolean> send(String key) {
    TreeScan.Origin origin = origins.get(key);
    if (origin == null) {
      return Future.succeededFuture(false);
    }
    return workers
        .executeBlocking(() -> packed(key, origin), false)
        .compose(
            chunk ->
                chunk == null
                    ? Future.succeededFuture(false)
                    : blobs.put(chunk.key(), chunk.packed()).map(true));
  }

  private @Nullable Chunk packed(String key, TreeScan.Origin origin) {
    try {
      byte[] content = TreeScan.content(premises, desk, origin);
      resent.addAndGet(content == null ? 0 : content.length);
      return content != null && keys.keyOf(content).equals(key) ? chunks.pack(content) : null;
    } catch (IOException e) {
      return null; // gone, or something else has its name: it is looked at again
    }
  }

  /** Every file that has some content which could not be read a second time. */
  private static List<ManifestEntry.File> changed(TreeScan.Found found, Set<String> stale) {
    return found.entries().values().stream()
        .filter(ManifestEntry.File.class::isInstance)
        .map(ManifestEntry.File.class::cast)
        .filter(file -> file.chunks().stream().anyMatch(stale::contains))
        .toList();
  }

  /** A file that changes all the time is kept as it is read now, sent in the same breath. */
  private Future<Void> resend(TreeScan.Found found, ManifestEntry.File file, int[] sent) {
    index.forget(file.path());
    return workers
        .executeBlocking(() -> LiveFile.open(premises, desk, file.path()), false)
        .compose(
            live -> {
              if (live == null) {
                found.entries().remove(file.path());
                return Future.succeededFuture();
              }
              return Lanes.each(live, 1, chunk -> put(live, chunk, sent))
                  .map(
                      v -> {
                        found.entries().put(file.path(), live.entry(file));
                        return null;
                      });
            });
  }

  private Future<Void> put(LiveFile live, int no, int[] sent) {
    return workers
        .executeBlocking(() -> live.read(no, chunks), false)
        .compose(
            chunk -> {
              if (chunk == null) {
                return Future.succeededFuture();
              }
              sent[0]++;
              return blobs.put(chunk.key(), chunk.packed());
            });
  }

  /** Sends blobs of the last scan once more, because the store lost them. */
  Future<Void> storeAgain(List<String> lost) {
    return next(() -> Lanes.each(lost, LANES, this::sendAgain));
  }

  private Future<Void> sendAgain(String key) {
    stored.remove(key);
    if (manifest != null && manifest.key().equals(key)) {
      return blobs.put(key, manifest.packed()).onSuccess(v -> stored.add(key));
    }
    return send(key)
        .compose(
            done -> {
              if (done) {
                stored.add(key);
                return Future.succeededFuture();
              }
              return Future.failedFuture(
                  new IOException(
                      "blob "
                          + key
                          + " is lost and its file has changed; the next snapshot has the file"));
            });
  }

  private <T> Future<T> next(Supplier<Future<T>> work) {
    Future<T> now = last.transform(before -> work.get());
    last = now;
    return now;
  }
}
