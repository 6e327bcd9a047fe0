package io.ash.runner.workspace;

import io.ash.blob.BlobKeys;
import io.ash.blob.Chunks;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One look at both trees: an entry for everything that can be kept, content named by its keys. Only
 * files that changed since the index was made are read. Blocks; for one thread.
 */
final class TreeScan {
  private static final int TRIES = 3;
  private static final int MOST_SKIPPED = 100;

  /**
   * Bytes of one file, holes included: more would fill the manifest with the keys of its chunks.
   */
  private static final long MOST_SIZE = 64L << 30;

  private final Desk desk;
  private final BlobKeys keys;
  private final Set<String> skipNames;
  private final ScanIndex before;
  private final ScanIndex after = new ScanIndex();
  private final Map<String, ManifestEntry> entries = new HashMap<>();
  private final Map<String, Origin> origins = new HashMap<>();
  private final List<String> skipped = new ArrayList<>();
  private int hashed;
  private long bytesRead;

  private TreeScan(Desk desk, BlobKeys keys, Set<String> skipNames, ScanIndex before) {
    this.desk = desk;
    this.keys = keys;
    this.skipNames = skipNames;
    this.before = before;
  }

  /**
   * What was found.
   *
   * @param entries by path in the manifest
   * @param origins where the content of each key was read
   * @param skipped what could not be kept, each with the reason; the first hundred
   * @param hashed how many files were read
   * @param bytesRead how much of them
   */
  record Found(
      Map<String, ManifestEntry> entries,
      Map<String, Origin> origins,
      List<String> skipped,
      int hashed,
      long bytesRead,
      ScanIndex index) {}

  /**
   * Where a chunk was read.
   *
   * @param path in its tree
   * @param chunk which of the file
   * @param length bytes
   */
  record Origin(Place place, String path, int chunk, int length) {
    String fullPath() {
      return place.prefix() + "/" + path;
    }
  }

  /** Scans both trees; fails with {@link Refused} where they have too many names. */
  static Found of(
      Premises premises, Desk desk, BlobKeys keys, Set<String> skipNames, ScanIndex before)
      throws IOException {
    TreeScan scan = new TreeScan(desk, keys, skipNames, before);
    FileTime begun = desk.now();
    int uid = desk.uid();
    try {
      for (Place place : Place.values()) {
        Walk.through(
            premises.top(place), Manifest.MAX_ENTRIES, scan.new Looking(place, begun, uid));
        if (scan.entries.size() > Manifest.MAX_ENTRIES) {
          throw new Walk.TooMany(Manifest.MAX_ENTRIES);
        }
      }
    } catch (Walk.TooMany e) {
      throw new Refused(
          Refusal.TOO_LARGE,
          "Workspace and home have more than "
              + Manifest.MAX_ENTRIES
              + " entries; no snapshot is taken until some are deleted.");
    }
    return new Found(
        scan.entries, scan.origins, scan.skipped, scan.hashed, scan.bytesRead, scan.after);
  }

  private final class Looking implements Walk.Visitor {
    private final Place place;
    private final FileTime begun;
    private final int uid;

    Looking(Place place, FileTime begun, int uid) {
      this.place = place;
      this.begun = begun;
      this.uid = uid;
    }

    private String full(Walk.Spot spot) {
      return RelativePath.checked(place.prefix() + "/" + spot.path());
    }

    @Override
    public boolean directory(Walk.Spot spot, Facts facts) {
      if (skipNames.contains(spot.text())) {
        return false;
      }
      String full = full(spot);
      entries.put(full, new ManifestEntry.Directory(full, facts.mode(), facts.mtime().toMillis()));
      return true;
    }

    @Override
    public void entry(Walk.Spot spot, Facts facts) throws IOException {
      if (skipNames.contains(spot.text())) {
        return;
      }
      String full = full(spot);
      if (facts.is(Facts.Kind.FILE)) {
        file(full, spot, facts);
      } else if (facts.is(Facts.Kind.LINK)) {
        link(full, spot, facts);
      } // devices, FIFOs and sockets mean nothing elsewhere
    }

    @Override
    public void skipped(String path, String why) {
      if (skipped.size() < MOST_SKIPPED) {
        skipped.add(RelativePath.shown(place.prefix() + "/" + path) + ": " + why);
      }
    }

    private void link(String full, Walk.Spot spot, Facts facts) throws IOException {
      String target = before.target(full, facts);
      if (target == null) {
        target = EntryName.text(desk.target(spot.in(), spot.name(), facts));
      }
      if (target == null) {
        skipped(spot.path(), "its target is not UTF-8");
        return;
      }
      entries.put(full, new ManifestEntry.Link(full, target));
      after.link(full, facts, target);
    }

    private void file(String full, Walk.Spot spot, Facts seen) throws IOException {
      if (seen.size() > MOST_SIZE) {
        skipped(spot.path(), "it is larger than 64 GiB");
        return;
      }
      Inode inode = spot.in().inode(spot.name(), seen);
      if (inode.isForeign(uid)) {
        skipped(spot.path(), "it is a hard link to somebody else's file");
        return;
      }
      ScanIndex.File known = before.file(full, seen, inode);
      if (known != null) {
        keep(full, spot, seen, known.size(), known.chunks());
        after.file(full, known);
        return;
      }
      hashed++;
      Facts facts = seen;
      List<String> chunks = new ArrayList<>();
      long size = 0;
      for (int tries = 1; tries <= TRIES; tries++) {
        chunks.clear();
        size = hash(spot, facts, chunks);
        Facts now = spot.in().facts(spot.name());
        Inode then = spot.in().inode(spot.name(), now);
        if (now.equals(facts) && then.equals(inode) && size == now.size()) {
          after.file(full, now, then, begun, chunks);
          break;
        }
        if (!now.is(Facts.Kind.FILE)) {
          throw new Replaced(full);
        }
        facts = now;
        inode = then;
      }
      keep(full, spot, facts, size, chunks);
    }

    private void keep(String full, Walk.Spot spot, Facts facts, long size, List<String> chunks) {
      entries.put(
          full, new ManifestEntry.File(full, facts.mode(), facts.mtime().toMillis(), size, chunks));
      for (int i = 0; i < chunks.size(); i++) {
        int length = (int) Math.min(Chunks.MAX_CONTENT, size - (long) i * Chunks.MAX_CONTENT);
        origins.putIfAbsent(chunks.get(i), new Origin(place, spot.path(), i, length));
      }
    }

    private long hash(Walk.Spot spot, Facts facts, List<String> chunks) throws IOException {
      try (SeekableByteChannel channel = spot.in().open(spot.name(), facts, uid)) {
        long expected = channel.size();
        long size = 0;
        while (size < expected) {
          byte[] content = ChunkRead.next(channel, expected - size);
          if (content.length == 0) {
            break;
          }
          chunks.add(keys.keyOf(content));
          size += content.length;
          bytesRead += content.length;
          if (content.length < Chunks.MAX_CONTENT) {
            break;
          }
        }
        return size;
      }
    }
  }

  /** The content of one chunk as it is now, null where the file no longer has one there. */
  static byte @Nullable [] content(Premises premises, Desk desk, Origin origin) throws IOException {
    Path top = premises.top(origin.place());
    return new Tree(top)
        .at(
            origin.path(),
            (in, name) -> {
              Facts facts = in.facts(name);
              if (!facts.is(Facts.Kind.FILE)) {
                return null;
              }
              try (SeekableByteChannel channel = in.open(name, facts, desk.uid())) {
                channel.position((long) origin.chunk() * Chunks.MAX_CONTENT);
                return ChunkRead.next(channel, origin.length());
              }
            });
  }
}
