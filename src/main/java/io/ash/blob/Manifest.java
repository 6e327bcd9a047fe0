package io.ash.blob;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a tree of files consists of: an entry for each path, sorted by path, each path once, nothing
 * below a file or a link.
 *
 * <p>Equal trees have equal manifests and, through {@link ManifestCodec}, equal bytes.
 */
public record Manifest(List<ManifestEntry> entries) {
  /** Entries a manifest can have at most. */
  public static final int MAX_ENTRIES = 200_000;

  public Manifest {
    if (entries.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException("more than " + MAX_ENTRIES + " entries");
    }
    entries = entries.stream().sorted(Comparator.comparing(ManifestEntry::path)).toList();
    Map<String, ManifestEntry> byPath = new HashMap<>();
    for (ManifestEntry entry : entries) {
      if (byPath.put(entry.path(), entry) != null) {
        throw new IllegalArgumentException(RelativePath.shown(entry.path()) + " is listed twice");
      }
    }
    for (ManifestEntry entry : entries) {
      for (String up = RelativePath.parent(entry.path());
          !up.isEmpty();
          up = RelativePath.parent(up)) {
        ManifestEntry above = byPath.get(up);
        if (above instanceof ManifestEntry.Directory) {
          break; // what is above that one was or will be looked at in its own turn
        }
        if (above != null) {
          throw new IllegalArgumentException(
              RelativePath.shown(entry.path())
                  + " lies below "
                  + RelativePath.shown(up)
                  + ", which is no directory");
        }
      }
    }
  }

  /** The entry at a path. */
  public Optional<ManifestEntry> at(String path) {
    return entries.stream().filter(e -> e.path().equals(path)).findFirst();
  }

  /** The regular files, in order. */
  public List<ManifestEntry.File> files() {
    return entries.stream()
        .filter(ManifestEntry.File.class::isInstance)
        .map(ManifestEntry.File.class::cast)
        .toList();
  }

  /** The keys of all chunks. */
  public Set<String> chunks() {
    return files().stream().flatMap(f -> f.chunks().stream()).collect(Collectors.toSet());
  }

  /** Bytes of all files together. */
  public long size() {
    return files().stream().mapToLong(ManifestEntry.File::size).sum();
  }
}
