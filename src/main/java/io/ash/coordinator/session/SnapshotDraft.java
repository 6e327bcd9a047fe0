package io.ash.coordinator.session;

import io.ash.archive.BundleEntry;
import io.ash.blob.Chunk;
import io.ash.blob.Chunks;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestCodec;
import io.ash.blob.ManifestEntry;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A tree that is to become the next snapshot of a session at rest. For one thread at a time. */
final class SnapshotDraft {
  private final int no;
  private final Chunks chunks;
  private final Map<String, ManifestEntry> entries = new TreeMap<>();

  /** Begins with a tree; where it is an agent's, its files become those of a workspace. */
  SnapshotDraft(SnapshotFiles.Tree tree) {
    this.no = tree.no() + 1;
    this.chunks = tree.chunks();
    boolean agents = !tree.prefix().equals(SnapshotFiles.WORKSPACE);
    for (ManifestEntry e : tree.manifest().entries()) {
      ManifestEntry mine = agents ? inWorkspace(e) : e;
      entries.put(mine.path(), mine);
    }
  }

  private static ManifestEntry inWorkspace(ManifestEntry e) {
    String path = SnapshotFiles.WORKSPACE + e.path();
    if (e instanceof ManifestEntry.File f) {
      return new ManifestEntry.File(path, f.mode(), f.mtime(), f.size(), f.chunks());
    }
    if (e instanceof ManifestEntry.Directory d) {
      return new ManifestEntry.Directory(path, d.mode(), d.mtime());
    }
    return new ManifestEntry.Link(path, ((ManifestEntry.Link) e).target());
  }

  /** The number the snapshot gets. */
  int no() {
    return no;
  }

  /** Packs content for it. */
  Chunks chunks() {
    return chunks;
  }

  /** Replaces or creates a file; a directory stays a directory. */
  void file(String path, int mode, long mtime, long size, List<String> keys) {
    String full = SnapshotFiles.WORKSPACE + path;
    refuse(entries.get(full) instanceof ManifestEntry.Directory);
    entries.put(full, new ManifestEntry.File(full, mode, mtime, size, keys));
  }

  /** Makes a directory or a link; a directory that is there stays as it is. */
  void add(BundleEntry entry) {
    String full = SnapshotFiles.WORKSPACE + entry.path();
    ManifestEntry before = entries.get(full);
    if (entry.kind() == BundleEntry.Kind.LINK) {
      refuse(before instanceof ManifestEntry.Directory);
      entries.put(full, new ManifestEntry.Link(full, entry.target()));
      return;
    }
    refuse(before != null && !(before instanceof ManifestEntry.Directory));
    if (before == null) {
      entries.put(full, new ManifestEntry.Directory(full, entry.mode() | 0700, entry.mtime()));
    }
  }

  /** Removes a file or link; fails with {@link Refused} where there is none. */
  void remove(String path) {
    String full = SnapshotFiles.WORKSPACE + path;
    ManifestEntry found = entries.get(full);
    if (found == null) {
      throw new Refused(Refusal.FILE_NOT_FOUND, "File not found");
    }
    refuse(found instanceof ManifestEntry.Directory);
    entries.remove(full);
  }

  private static void refuse(boolean not) {
    if (not) {
      throw new Refused(Refusal.FILE_REFUSED, "Path is not a file");
    }
  }

  /**
   * What it became.
   *
   * @param manifest packed
   * @param keys of all it refers to, the manifest included
   */
  record Sealed(Chunk manifest, List<String> keys) {}

  /** Fails with {@link Refused} where it is no tree; blocks. */
  Sealed seal() {
    Manifest manifest;
    byte[] bytes;
    try {
      manifest = new Manifest(List.copyOf(entries.values()));
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.FILE_REFUSED, "Invalid file path: " + e.getMessage());
    }
    try {
      bytes = ManifestCodec.write(manifest);
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.TOO_LARGE, "The workspace would be too large: " + e.getMessage());
    }
    Chunk packed = chunks.pack(bytes);
    List<String> keys = new ArrayList<>(manifest.chunks());
    keys.add(packed.key());
    return new Sealed(packed, keys);
  }
}
