package io.ash.coordinator.agent;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestCodec;
import io.ash.blob.ManifestEntry;
import io.ash.blob.NoSuchBlob;
import io.ash.coordinator.auth.Tenants;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Brings folders into the blob store and reads them from there, for one tenant at a time. */
final class Trees {
  private static final int PUTS_AT_ONCE = 8;

  private final Blobs blobs;
  private final Tenants tenants;
  private final WorkerExecutor workers;

  Trees(Blobs blobs, Tenants tenants, WorkerExecutor workers) {
    this.blobs = blobs;
    this.tenants = tenants;
    this.workers = workers;
  }

  /** Names and checks the blobs of a tenant. */
  Future<Chunks> chunks(String tenant) {
    return tenants.blobKeys(tenant).map((BlobKeys keys) -> new Chunks(keys));
  }

  /** Runs work that reads files or packs them on the pool for that. */
  <T> Future<T> working(Callable<T> work) {
    return workers.executeBlocking(work, false);
  }

  Future<Manifest> manifest(Chunks chunks, String key) {
    return blobs
        .get(key)
        .compose(
            packed ->
                working(
                    () -> ManifestCodec.read(chunks.unpack(key, packed, ManifestCodec.MAX_BYTES))));
  }

  /** One chunk of a stored file. */
  Future<Buffer> chunk(Chunks chunks, String key) {
    return blobs
        .get(key)
        .compose(packed -> working(() -> Buffer.buffer(chunks.unpack(key, packed))));
  }

  /** A whole file, from the tree itself where that brings it. */
  Future<Buffer> content(Chunks chunks, Tree tree, ManifestEntry.File file) {
    Buffer all = Buffer.buffer();
    Future<Void> read = Future.succeededFuture();
    for (String key : file.chunks()) {
      Buffer fresh = tree.fresh().get(key);
      read =
          read.compose(
                  before ->
                      fresh == null
                          ? chunk(chunks, key)
                          : working(() -> Buffer.buffer(chunks.unpack(key, fresh))))
              .onSuccess(all::appendBuffer)
              .mapEmpty();
    }
    return read.map(all);
  }

  /** Stores what is not stored yet; answers the key of the manifest. */
  Future<String> store(Chunks chunks, Tree tree) {
    return working(() -> chunks.pack(ManifestCodec.write(tree.manifest())))
        .compose(
            manifest ->
                blobs
                    .missing(List.copyOf(tree.manifest().chunks()))
                    .compose(missing -> put(missing, tree.fresh()))
                    .compose(stored -> blobs.put(manifest.key(), manifest.packed()))
                    .map(manifest)
                    .map(Chunk::key));
  }

  private Future<Void> put(List<String> missing, Map<String, Buffer> fresh) {
    Future<Void> done = Future.succeededFuture();
    for (int from = 0; from < missing.size(); from += PUTS_AT_ONCE) {
      List<String> part = missing.subList(from, Math.min(missing.size(), from + PUTS_AT_ONCE));
      done =
          done.compose(
              before -> {
                List<Future<Void>> puts = new ArrayList<>();
                for (String key : part) {
                  Buffer packed = fresh.get(key);
                  puts.add(
                      packed == null
                          ? Future.failedFuture(new NoSuchBlob(key))
                          : blobs.put(key, packed));
                }
                return Future.join(puts).mapEmpty();
              });
    }
    return done;
  }
}
