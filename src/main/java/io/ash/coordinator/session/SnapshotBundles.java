package io.ash.coordinator.session;

import io.ash.archive.BundleWriter;
import io.ash.archive.LeftOut;
import io.ash.blob.Lanes;
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
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Packs the workspace in a snapshot into a gzipped tar, part by part as the caller asks.
 *
 * <p>A transfer that nobody asks for within a minute is dropped. At most one part and one chunk of
 * a file are in memory.
 */
final class SnapshotBundles {
  private static final Duration IDLE = Duration.ofMinutes(1);
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
    if (!t.busy.compareAndSet(false, true)) {
      return Future.failedFuture(
          new Refused(Refusal.INVALID_REQUEST, "The part before is still being packed."));
    }
    t.limit.cancel();
    return Lanes.repeat(() -> !t.bundle.isFull(), () -> fill(t))
        .map(
            v -> {
              Buffer part = Buffer.buffer(t.bundle.take());
              boolean last = t.bundle.isOver();
              if (last) {
                transfers.remove(handle);
              } else {
                t.limit = timers.once(IDLE, () -> transfers.remove(handle));
              }
              t.busy.set(false);
              return new BundleChunk(handle, part, last);
            })
        .onFailure(e -> transfers.remove(handle));
  }

  /** One step of packing: the next chunk of a file, or entries up to the next one that has any. */
  private Future<Void> fill(Transfer t) {
    String chunk = t.chunks.poll();
    return chunk == null
        ? vertx.executeBlocking(t::entries)
        : files.content(t.tree, chunk).compose(bytes -> vertx.executeBlocking(() -> t.body(bytes)));
  }

  /** One step after another, on any thread. */
  private static final class Transfer {
    final SessionId session;
    final SnapshotFiles.Tree tree;
    final Deque<ManifestEntry> entries = new ArrayDeque<>();
    final Deque<String> chunks = new ArrayDeque<>();
    final BundleWriter bundle = new BundleWriter();
    final AtomicBoolean busy = new AtomicBoolean();
    volatile Timers.Handle limit = () -> {};

    Transfer(SessionId session, SnapshotFiles.Tree tree) {
      this.session = session;
      this.tree = tree;
      tree.manifest().entries().stream()
          .filter(e -> e.path().startsWith(tree.prefix()))
          .filter(e -> LeftOut.isBundled(path(e), e instanceof ManifestEntry.Directory))
          .forEach(entries::add);
    }

    private String path(ManifestEntry e) {
      return e.path().substring(tree.prefix().length());
    }

    @Nullable Void entries() throws IOException {
      while (chunks.isEmpty() && !bundle.isFull()) {
        ManifestEntry e = entries.poll();
        if (e == null) {
          bundle.end();
        } else {
          entry(e);
        }
      }
      return null;
    }

    private void entry(ManifestEntry e) throws IOException {
      if (e instanceof ManifestEntry.File f) {
        bundle.beginFile(path(f), f.mode(), FileTime.fromMillis(f.mtime()), f.size());
        chunks.addAll(f.chunks());
        if (chunks.isEmpty()) {
          bundle.endFile();
        }
      } else if (e instanceof ManifestEntry.Directory d) {
        bundle.directory(path(d), d.mode(), FileTime.fromMillis(d.mtime()));
      } else if (e instanceof ManifestEntry.Link l) {
        bundle.link(path(l), l.target(), FileTime.fromMillis(0));
      }
    }

    @Nullable Void body(byte[] bytes) throws IOException {
      bundle.content(bytes);
      if (chunks.isEmpty()) {
        bundle.endFile();
      }
      return null;
    }
  }
}
