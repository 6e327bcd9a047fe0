package io.ash.coordinator.session;

import io.ash.blob.Blobs;
import io.ash.blob.Chunk;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestCodec;
import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import io.ash.coordinator.store.SessionView;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Changes the workspace of a session at rest: a new snapshot that differs from the newest one.
 *
 * <p>Attached only if the session is still at rest and nobody else made a snapshot meanwhile.
 */
final class SnapshotEdits {
  private static final long MOST_UNPACKED = 1L << 30;
  private static final int MOST_ENTRIES = 50_000;

  private final SnapshotFiles files;
  private final SnapshotStore snapshots;
  private final Blobs blobs;
  private final Vertx vertx;
  private final InstantSource clock;

  SnapshotEdits(
      SnapshotFiles files, SnapshotStore snapshots, Blobs blobs, Vertx vertx, InstantSource clock) {
    this.files = files;
    this.snapshots = snapshots;
    this.blobs = blobs;
    this.vertx = vertx;
    this.clock = clock;
  }

  private interface Change {
    List<Chunk> apply(SnapshotFiles.Tree tree, Map<String, ManifestEntry> entries)
        throws IOException;
  }

  Future<Void> write(SessionView s, String path, Buffer bytes) {
    String checked = SnapshotFiles.checked(path);
    return change(
        s,
        (tree, entries) ->
            put(tree, entries, checked, 0644, new ByteArrayInputStream(bytes.getBytes())));
  }

  Future<Void> delete(SessionView s, String path) {
    return change(
        s,
        (tree, entries) -> {
          entries.remove(SnapshotFiles.file(tree, path).path());
          return List.of();
        });
  }

  Future<Void> unpack(SessionView s, Buffer archive) {
    return change(
        s,
        (tree, entries) -> {
          List<Chunk> all = new ArrayList<>();
          try (TarArchiveInputStream tar =
              new TarArchiveInputStream(
                  new GzipCompressorInputStream(new ByteArrayInputStream(archive.getBytes())))) {
            unpack(tree, entries, tar, all);
          } catch (IOException e) {
            throw new Refused(
                Refusal.INVALID_REQUEST, "bundle is not a gzipped tar archive: " + e.getMessage());
          }
          return all;
        });
  }

  private void unpack(
      SnapshotFiles.Tree tree,
      Map<String, ManifestEntry> entries,
      TarArchiveInputStream tar,
      List<Chunk> all)
      throws IOException {
    long size = 0;
    int count = 0;
    for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
      size += e.getSize();
      if (size > MOST_UNPACKED || ++count > MOST_ENTRIES) {
        throw new Refused(
            Refusal.TOO_LARGE, "The bundle unpacks to more than 1 GiB or 50,000 entries.");
      }
      String name = e.getName().replaceFirst("^(\\./)+", "").replaceFirst("/+$", "");
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      String path = SnapshotFiles.checked(name);
      if (e.isDirectory()) {
        entries.putIfAbsent(
            tree.prefix() + path,
            new ManifestEntry.Directory(tree.prefix() + path, e.getMode(), clock.millis()));
      } else if (e.isFile() && !e.isLink()) {
        all.addAll(put(tree, entries, path, e.getMode(), tar));
      } else {
        throw new Refused(
            Refusal.FILE_REFUSED,
            "The bundle holds something other than files and directories: "
                + RelativePath.shown(name));
      }
    }
  }

  private List<Chunk> put(
      SnapshotFiles.Tree tree,
      Map<String, ManifestEntry> entries,
      String path,
      int mode,
      InputStream content)
      throws IOException {
    List<Chunk> chunks = new ArrayList<>();
    long size = tree.chunks().cut(content, chunks::add);
    String full = tree.prefix() + path;
    entries.put(
        full,
        new ManifestEntry.File(
            full, mode, clock.millis(), size, chunks.stream().map(Chunk::key).toList()));
    return chunks;
  }

  private Future<Void> change(SessionView s, Change change) {
    return files
        .newest(s)
        .compose(
            tree ->
                vertx
                    .executeBlocking(() -> edited(inSnapshotForm(tree), change))
                    .compose(edited -> store(s, tree.no() + 1, edited)));
  }

  /** The files of an agent become those of a workspace. */
  private static SnapshotFiles.Tree inSnapshotForm(SnapshotFiles.Tree tree) {
    if (tree.prefix().equals(SnapshotFiles.WORKSPACE)) {
      return tree;
    }
    String to = SnapshotFiles.WORKSPACE;
    List<ManifestEntry> moved = new ArrayList<>();
    for (ManifestEntry e : tree.manifest().entries()) {
      if (e instanceof ManifestEntry.File f) {
        moved.add(new ManifestEntry.File(to + f.path(), f.mode(), f.mtime(), f.size(), f.chunks()));
      } else if (e instanceof ManifestEntry.Directory d) {
        moved.add(new ManifestEntry.Directory(to + d.path(), d.mode(), d.mtime()));
      } else if (e instanceof ManifestEntry.Link l) {
        moved.add(new ManifestEntry.Link(to + l.path(), l.target()));
      }
    }
    return new SnapshotFiles.Tree(tree.no(), new Manifest(moved), tree.chunks(), to);
  }

  private record Edited(Chunk manifest, List<Chunk> chunks, List<String> keys) {}

  private static Edited edited(SnapshotFiles.Tree tree, Change change) throws IOException {
    Map<String, ManifestEntry> entries = new TreeMap<>();
    tree.manifest().entries().forEach(e -> entries.put(e.path(), e));
    List<Chunk> chunks = change.apply(tree, entries);
    Manifest manifest;
    try {
      manifest = new Manifest(List.copyOf(entries.values()));
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.FILE_REFUSED, "Invalid file path: " + e.getMessage());
    }
    Chunk packed = tree.chunks().pack(ManifestCodec.write(manifest));
    List<String> keys = new ArrayList<>(manifest.chunks());
    keys.add(packed.key());
    return new Edited(packed, chunks, keys);
  }

  private Future<Void> store(SessionView s, int no, Edited edited) {
    Future<Void> stored = Future.succeededFuture();
    for (Chunk chunk : edited.chunks()) {
      stored = stored.compose(v -> blobs.put(chunk.key(), chunk.packed()));
    }
    return stored
        .compose(v -> blobs.put(edited.manifest().key(), edited.manifest().packed()))
        .compose(v -> snapshots.attachAtRest(s.id(), no, edited.manifest().key(), edited.keys()))
        .compose(
            done ->
                done
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new Refused(
                            Refusal.UNAVAILABLE,
                            "The session changed in this moment; try again.")));
  }
}
