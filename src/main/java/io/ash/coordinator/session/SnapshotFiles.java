package io.ash.coordinator.session;

import io.ash.archive.LeftOut;
import io.ash.blob.BadManifest;
import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.Chunks;
import io.ash.blob.CorruptBlob;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestCodec;
import io.ash.blob.ManifestEntry;
import io.ash.blob.NoSuchBlob;
import io.ash.blob.RelativePath;
import io.ash.coordinator.store.SessionView;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.wire.FileChunk;
import io.ash.wire.FileEntry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;

/** Reads the workspace of a session at rest out of its newest snapshot. */
final class SnapshotFiles {
  /** Where the workspace lies in the tree of a snapshot. */
  static final String WORKSPACE = "workspace/";

  private final SnapshotStore snapshots;
  private final Blobs blobs;
  private final Agents agents;
  private final Vertx vertx;

  SnapshotFiles(SnapshotStore snapshots, Blobs blobs, Agents agents, Vertx vertx) {
    this.snapshots = snapshots;
    this.blobs = blobs;
    this.agents = agents;
    this.vertx = vertx;
  }

  /**
   * A snapshot with what is needed to read it.
   *
   * @param no its number in the session, 0 where it is the agent's own files
   * @param prefix where the workspace lies in the tree
   */
  record Tree(int no, Manifest manifest, Chunks chunks, String prefix) {}

  /** The newest snapshot; a session that never had one has the files of its agent. */
  Future<Tree> newest(SessionView s) {
    return agents
        .blobKey(s.tenant())
        .map(key -> new Chunks(BlobKeys.of(key)))
        .compose(
            chunks ->
                snapshots
                    .newest(s.id())
                    .compose(
                        found ->
                            found.isPresent()
                                ? load(chunks, found.get().manifest())
                                    .map(m -> new Tree(found.get().no(), m, chunks, WORKSPACE))
                                : load(chunks, s.agentManifest())
                                    .map(m -> new Tree(0, m, chunks, ""))));
  }

  private Future<Manifest> load(Chunks chunks, String key) {
    return told(
        blobs
            .get(key)
            .compose(
                packed ->
                    vertx.executeBlocking(
                        () ->
                            ManifestCodec.read(
                                chunks.unpack(key, packed, ManifestCodec.MAX_BYTES)))));
  }

  private static <T> Future<T> told(Future<T> read) {
    return read.recover(
        e ->
            Future.failedFuture(
                e instanceof NoSuchBlob || e instanceof CorruptBlob || e instanceof BadManifest
                    ? new Refused(
                        Refusal.WORKSPACE_DAMAGED,
                        "The newest snapshot is damaged: "
                            + e.getMessage()
                            + ". Resume the session to go on from the one before.")
                    : e));
  }

  Future<List<FileEntry>> list(SessionView s) {
    return newest(s)
        .map(
            tree ->
                tree.manifest().files().stream()
                    .filter(f -> f.path().startsWith(tree.prefix()))
                    .filter(f -> LeftOut.isListed(f.path().substring(tree.prefix().length()), true))
                    .map(
                        f ->
                            new FileEntry(
                                f.path().substring(tree.prefix().length()),
                                f.size(),
                                Instant.ofEpochMilli(f.mtime()).toString()))
                    .toList());
  }

  Future<FileChunk> read(SessionView s, String path, long offset, int length) {
    return newest(s)
        .compose(
            tree -> {
              ManifestEntry.File file = file(tree, path);
              if (offset >= file.size()) {
                return Future.succeededFuture(new FileChunk(Buffer.buffer(), file.size()));
              }
              int index = (int) (offset / Chunks.MAX_CONTENT);
              int from = (int) (offset % Chunks.MAX_CONTENT);
              return content(tree, file.chunks().get(index))
                  .map(
                      bytes ->
                          new FileChunk(
                              Buffer.buffer(bytes)
                                  .slice(from, Math.min(bytes.length, from + length)),
                              file.size()));
            });
  }

  Future<byte[]> content(Tree tree, String key) {
    return told(
        blobs
            .get(key)
            .compose(packed -> vertx.executeBlocking(() -> tree.chunks().unpack(key, packed))));
  }

  static ManifestEntry.File file(Tree tree, String path) {
    ManifestEntry found = tree.manifest().at(tree.prefix() + checked(path)).orElse(null);
    if (found instanceof ManifestEntry.File file) {
      return file;
    }
    throw found == null
        ? new Refused(Refusal.FILE_NOT_FOUND, "File not found")
        : new Refused(Refusal.FILE_REFUSED, "Path is not a file");
  }

  static String checked(String path) {
    try {
      return RelativePath.checked(path);
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.FILE_REFUSED, "Invalid file path: " + e.getMessage());
    }
  }
}
