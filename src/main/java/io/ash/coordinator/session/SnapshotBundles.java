package io.ash.coordinator.session;

import io.ash.blob.ManifestEntry;
import io.ash.coordinator.store.SessionView;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.time.Timers;
import io.ash.wire.BundleChunk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Packs the workspace in a snapshot into a gzipped tar, part by part as the caller asks.
 *
 * <p>A transfer that nobody asks for within a minute is dropped. At most one part and one chunk of
 * a file are in memory.
 */
final class SnapshotBundles {
  private static final Duration IDLE = Duration.ofMinutes(1);
  private static final int PART = 1 << 20;
  private static final int MOST_TRANSFERS = 100;

  private final SnapshotFiles files;
  private final Vertx vertx;
  private final Timers timers;
  private final Map<String, Transfer> transfers = new ConcurrentHashMap<>();

  SnapshotBundles(SnapshotFiles files, Vertx vertx, Timers timers) {
    this.files = files;
    this.vertx = vertx;
    this.timers = timers;
  }

  boolean knows(String handle) {
    return transfers.containsKey(handle);
  }

  Future<BundleChunk> first(SessionView s) {
    if (transfers.size() >= MOST_TRANSFERS) {
      return Future.failedFuture(
          new Refused(Refusal.TOO_MANY_REQUESTS, "Too many workspaces are being packed."));
    }
    return files
        .newest(s)
        .compose(
            tree -> {
              String handle = UUID.randomUUID().toString();
              transfers.put(handle, new Transfer(s.id(), tree));
              return more(s.id(), handle);
            });
  }

  Future<BundleChunk> more(SessionId session, String handle) {
    Transfer t = transfers.get(handle);
    if (t == null || !t.session.equals(session)) {
      return Future.failedFuture(new Refused(Refusal.NOT_FOUND, "This transfer is over."));
    }
    t.limit.cancel();
    return fill(t)
        .map(
            last -> {
              if (last) {
                transfers.remove(handle);
              } else {
                t.limit = timers.once(IDLE, () -> transfers.remove(handle));
              }
              byte[] part = t.out.toByteArray();
              t.out.reset();
              return new BundleChunk(handle, Buffer.buffer(part), last);
            })
        .onFailure(e -> transfers.remove(handle));
  }

  /** Packs until a part is full; true when the archive is complete. */
  private Future<Boolean> fill(Transfer t) {
    if (t.out.size() >= PART) {
      return Future.succeededFuture(false);
    }
    if (!t.chunks.isEmpty()) {
      return files
          .content(t.tree, t.chunks.poll())
          .compose(bytes -> vertx.executeBlocking(() -> t.body(bytes)))
          .compose(v -> fill(t));
    }
    if (t.entries.isEmpty()) {
      return vertx.executeBlocking(t::finish).map(true);
    }
    return vertx.executeBlocking(() -> t.header(t.entries.poll())).compose(v -> fill(t));
  }

  private static final class Transfer {
    final SessionId session;
    final SnapshotFiles.Tree tree;
    final Deque<ManifestEntry> entries = new ArrayDeque<>();
    final Deque<String> chunks = new ArrayDeque<>();
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final TarArchiveOutputStream tar;
    Timers.Handle limit = () -> {};

    Transfer(SessionId session, SnapshotFiles.Tree tree) {
      this.session = session;
      this.tree = tree;
      tree.manifest().entries().stream()
          .filter(e -> e.path().startsWith(tree.prefix()))
          .forEach(entries::add);
      try {
        tar = new TarArchiveOutputStream(new GZIPOutputStream(out, 8192, true));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    Void header(ManifestEntry e) throws IOException {
      String name = "./" + e.path().substring(tree.prefix().length());
      if (e instanceof ManifestEntry.File f) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(f.size());
        entry.setMode(f.mode());
        entry.setModTime(f.mtime());
        tar.putArchiveEntry(entry);
        chunks.addAll(f.chunks());
        if (f.chunks().isEmpty()) {
          tar.closeArchiveEntry();
        }
      } else if (e instanceof ManifestEntry.Directory d) {
        TarArchiveEntry entry = new TarArchiveEntry(name + "/");
        entry.setMode(d.mode());
        entry.setModTime(d.mtime());
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      } else if (e instanceof ManifestEntry.Link l) {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(l.target());
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      }
      return null;
    }

    Void body(byte[] bytes) throws IOException {
      tar.write(bytes);
      if (chunks.isEmpty()) {
        tar.closeArchiveEntry();
      }
      return null;
    }

    Void finish() throws IOException {
      tar.close();
      return null;
    }
  }
}
