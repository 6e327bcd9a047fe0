package io.ash.coordinator.agent;

import io.ash.blob.Chunks;
import io.ash.blob.Manifest;
import io.ash.blob.ManifestEntry;
import io.ash.blob.RelativePath;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gathers the entries of an agent folder within its limits: 64 MiB, 10,000 entries. Throws {@link
 * Refused} for what cannot be part of an agent. Blocks; confined to one thread.
 */
final class TreeBuilder {
  static final long MAX_BYTES = 64L << 20;
  static final int MAX_ENTRIES = 10_000;

  private final Chunks chunks;
  private final Map<String, ManifestEntry> entries = new LinkedHashMap<>();
  private final Map<String, Buffer> fresh = new LinkedHashMap<>();
  private long size;

  TreeBuilder(Chunks chunks) {
    this.chunks = chunks;
  }

  /** Begins with what an agent has. */
  TreeBuilder with(Manifest manifest) {
    manifest.entries().forEach(this::put);
    return this;
  }

  boolean has(String path) {
    return entries.containsKey(path);
  }

  Optional<ManifestEntry> at(String path) {
    return Optional.ofNullable(entries.get(path));
  }

  /**
   * Adds or replaces a file; one whose content and mode are there already stays as it is, with its
   * time.
   */
  TreeBuilder file(String path, Buffer content, long mtime) {
    boolean script = content.length() > 1 && content.getByte(0) == '#' && content.getByte(1) == '!';
    try (InputStream in = new ByteArrayInputStream(content.getBytes())) {
      return file(path, in, script ? 0755 : 0644, mtime);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same, read from a stream to its end. */
  TreeBuilder file(String path, InputStream in, int mode, long mtime) throws IOException {
    checked(path);
    List<String> keys = new ArrayList<>();
    long bytes =
        chunks.cut(
            new Limited(in),
            chunk -> {
              keys.add(chunk.key());
              fresh.put(chunk.key(), chunk.packed());
            });
    ManifestEntry.File file = new ManifestEntry.File(path, mode, mtime, bytes, keys);
    if (entries.get(path) instanceof ManifestEntry.File old
        && old.chunks().equals(file.chunks())
        && old.size() == file.size()
        && old.mode() == file.mode()) {
      return this;
    }
    put(file);
    return this;
  }

  TreeBuilder directory(String path, int mode, long mtime) {
    checked(path);
    put(new ManifestEntry.Directory(path, mode, mtime));
    return this;
  }

  /** Adds a link, which must be relative and lead to a place inside the folder. */
  TreeBuilder link(String path, String target) {
    checked(path);
    if (!staysInside(path, target)) {
      throw new Refused(
          Refusal.INVALID_REQUEST,
          "The link "
              + RelativePath.shown(path)
              + " leads to "
              + RelativePath.shown(target)
              + ", which is not inside the agent directory; replace it by what it points to");
    }
    put(new ManifestEntry.Link(path, target));
    return this;
  }

  TreeBuilder remove(String path) {
    if (entries.remove(path) instanceof ManifestEntry.File file) {
      size -= file.size();
    }
    return this;
  }

  Tree build() {
    try {
      Manifest manifest = new Manifest(List.copyOf(entries.values()));
      fresh.keySet().retainAll(manifest.chunks());
      return new Tree(manifest, Map.copyOf(fresh));
    } catch (IllegalArgumentException e) {
      throw new Refused(
          Refusal.INVALID_REQUEST, "The files do not fit together: " + e.getMessage());
    }
  }

  private void put(ManifestEntry entry) {
    remove(entry.path());
    entries.put(entry.path(), entry);
    if (entry instanceof ManifestEntry.File file) {
      size += file.size();
    }
    if (entries.size() > MAX_ENTRIES) {
      throw new Refused(
          Refusal.TOO_LARGE, "An agent can have at most " + MAX_ENTRIES + " files and directories");
    }
    if (size > MAX_BYTES) {
      throw tooLarge();
    }
  }

  /**
   * Whether a link can only lead to places inside: no absolute target, and {@code ..} only at its
   * start and at most as often as the link is deep. A {@code ..} further on could climb out through
   * another link.
   */
  private static boolean staysInside(String path, String target) {
    if (target.isEmpty() || target.startsWith("/") || target.indexOf('\0') >= 0) {
      return false;
    }
    int room = (int) path.chars().filter(c -> c == '/').count();
    boolean descended = false;
    for (String name : target.split("/", -1)) {
      if (name.equals("..")) {
        if (descended || --room < 0) {
          return false;
        }
      } else if (!name.isEmpty() && !name.equals(".")) {
        descended = true;
      }
    }
    return true;
  }

  /** The same path, or {@link Refused} with a sentence that names it. */
  static String checked(String path) {
    try {
      return RelativePath.checked(path);
    } catch (IllegalArgumentException e) {
      throw new Refused(Refusal.FILE_REFUSED, text(path, e));
    }
  }

  private static String text(String path, IllegalArgumentException e) {
    boolean escapes = path.startsWith("/") || List.of(path.split("/", -1)).contains("..");
    return escapes
        ? "Path " + RelativePath.shown(path) + " escapes agent directory"
        : "Invalid file path: " + e.getMessage();
  }

  private static Refused tooLarge() {
    return new Refused(
        Refusal.TOO_LARGE, "An agent can have at most " + (MAX_BYTES >> 20) + " MiB of files");
  }

  /** Ends with a refusal as soon as the folder is too large, whatever the size was said to be. */
  private static final class Limited extends FilterInputStream {
    private long left = MAX_BYTES;

    Limited(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
      int n = super.read(into, from, most);
      left -= Math.max(n, 0);
      if (left < 0) {
        throw tooLarge();
      }
      return n;
    }
  }
}
