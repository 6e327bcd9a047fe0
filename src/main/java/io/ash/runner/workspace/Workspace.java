package io.ash.runner.workspace;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.Manifest;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * The files of one session: furnished, read, changed, packed and brought into the store. Confined
 * to one event loop; everything that blocks runs on the workers.
 */
public final class Workspace {
  private final Premises premises;
  private final WorkerExecutor workers;
  private final WorkspaceFiles workspace;
  private final WorkspaceFiles home;
  private final Snapshots snapshots;
  private final Furnishing furnishing;
  private final Bundles bundles;
  private final Uploads uploads;
  private final FullDisk disk;
  private final Promise<Void> over = Promise.promise();
  private int underWay;
  private boolean closed;

  /**
   * The files of a session that lie, or will lie, in some premises.
   *
   * @param skipNames files and directories of these names are in no snapshot
   * @param blobs the store, as this session may see it
   * @param keys of the session's tenant
   * @param still holds what runs there while files are looked at
   */
  public Workspace(
      Premises premises,
      Set<String> skipNames,
      Blobs blobs,
      BlobKeys keys,
      Stillness still,
      WorkerExecutor workers,
      Timers timers) {
    this.premises = premises;
    this.workers = workers;
    Desk desk = new Desk(premises.desk(), premises.owner());
    this.workspace = new WorkspaceFiles(premises.workspace(), desk);
    this.home = new WorkspaceFiles(premises.home(), desk);
    this.snapshots =
        new Snapshots(premises, desk, Set.copyOf(skipNames), blobs, keys, still, workers);
    this.furnishing = new Furnishing(desk, blobs, keys, workers);
    this.bundles = new Bundles(premises.workspace(), desk, workers);
    this.disk = new FullDisk(premises.workspace(), premises.left());
    this.uploads = new Uploads(premises.workspace(), desk, disk, workers, timers);
  }

  /** Puts the files of an agent into the workspace. */
  public Future<Void> furnish(String agentManifest) {
    return build(agentManifest, Map.of("", premises.workspace()), true);
  }

  /**
   * Puts a snapshot into workspace and home. Fails with {@link io.ash.blob.NoSuchBlob} or {@link
   * io.ash.blob.CorruptBlob} where it cannot be had any more.
   */
  public Future<Void> restore(String snapshotManifest) {
    return build(snapshotManifest, both(), true);
  }

  /** The same with what {@link #keep} put elsewhere: the next scan brings it into the store. */
  public Future<Void> recover(String keptManifest) {
    return build(keptManifest, both(), false);
  }

  private Map<String, Path> both() {
    return Map.of(
        Place.WORKSPACE.prefix(), premises.workspace(), Place.HOME.prefix(), premises.home());
  }

  /** Empties workspace and home after a restoration that failed; nothing may run there yet. */
  public Future<Void> clear() {
    return worked(
        () -> {
          Clearing.of(premises.workspace());
          Clearing.of(premises.home());
          return null;
        });
  }

  private Future<Void> build(String key, Map<String, Path> tops, boolean stored) {
    return begun(
        () ->
            furnishing
                .build(key, tops)
                .map(
                    (Manifest built) -> {
                      if (stored) {
                        snapshots.restored(key, built);
                      }
                      return null;
                    }));
  }

  /**
   * Stores what is there now; scans of one session follow one another.
   *
   * @param looked runs when everything was seen: what changes from then on may or may not be in it
   */
  public Future<Snapshot> scan(Runnable looked) {
    return begun(() -> snapshots.scan(looked));
  }

  /** A snapshot refers to what the last scan found, so that the store keeps it. */
  public void attached(String manifest) {
    snapshots.attached(manifest);
  }

  /**
   * Puts what is there now somewhere else, except for what the newest snapshot has, while the store
   * takes nothing; does not wait for a scan that hangs.
   */
  public Future<Snapshot> keep(Blobs elsewhere) {
    return begun(() -> snapshots.keep(elsewhere));
  }

  /** Stores blobs of the last scan once more, because they were lost. */
  public Future<Void> store(List<String> lost) {
    return begun(() -> snapshots.storeAgain(lost));
  }

  /** Asks several questions about the files in one trip to a worker. */
  public <T> Future<T> look(Look<T> look) {
    return worked(() -> look.at(new Glance(workspace, home)));
  }

  /** Questions that belong together. */
  @FunctionalInterface
  public interface Look<T> {
    /** Asks them; runs on a worker. */
    T at(Glance files) throws IOException;
  }

  /** Replaces or creates a file that only the owner can read. */
  public Future<Void> writePrivate(Place place, String path, Buffer bytes) {
    return worked(
        () -> {
          in(place).write(path, bytes.getBytes(), 0600);
          return null;
        });
  }

  /**
   * Regular files of the workspace, by path; fails with {@link Refused} {@code TOO_LARGE} where
   * there are more than 50,000.
   *
   * @param includeHidden whether caches and scratch directories are listed
   */
  public Future<List<FileFacts>> list(boolean includeHidden) {
    return worked(() -> workspace.list(includeHidden));
  }

  /**
   * A part of a file of the workspace; fails with {@link Refused} {@code FILE_NOT_FOUND} or {@code
   * FILE_REFUSED}.
   *
   * @param length at most 1 MiB
   */
  public Future<FilePart> read(String path, long offset, int length) {
    return worked(() -> workspace.read(path, offset, length));
  }

  /**
   * Replaces or creates a file of the workspace in one step; fails with {@link Refused} {@code
   * FILE_REFUSED} where the path leads through a link or to something that is not a file, and with
   * {@code STORAGE_FULL} where there is no room for it.
   */
  public Future<Void> write(String path, Buffer bytes) {
    return worked(
        () ->
            disk.told(
                () -> {
                  disk.need(bytes.length());
                  workspace.write(path, bytes.getBytes(), null);
                  return null;
                }));
  }

  /** Removes a file or link of the workspace. */
  public Future<Void> delete(String path) {
    return worked(
        () -> {
          workspace.delete(path);
          return null;
        });
  }

  /**
   * The next part of the workspace as a gzipped tar; without the directories and secrets that the
   * contract leaves out, with the history of repositories.
   *
   * @param handle empty to begin, then what the part before said
   */
  public Future<BundlePart> readBundle(String handle) {
    return begun(() -> bundles.next(handle));
  }

  /**
   * Takes a part of a tar, gzipped or not, that is unpacked over the workspace when its last part
   * is there. Fails with {@link Refused}, with nothing changed, where it holds something else than
   * files, directories and links, leads outside, meets something in the workspace that is in its
   * way, unpacks to more than 1 GiB or 50,000 entries, or has no room; nothing of it is left then.
   *
   * @param name of the transfer, which the caller makes up
   * @param offset where in the bundle the part begins; 0 begins the transfer
   */
  public Future<Void> writeBundle(String name, long offset, Buffer part, boolean last) {
    return begun(() -> uploads.take(name, offset, part, last));
  }

  /** Gives up a transfer that is not complete; nothing of it is left. */
  public Future<Void> forgetBundle(String name) {
    return begun(() -> uploads.forget(name));
  }

  /** Begins nothing new; completes when no work on the files is under way. */
  public Future<Void> close() {
    closed = true;
    if (underWay == 0) {
      end();
    }
    return over.future();
  }

  private WorkspaceFiles in(Place place) {
    return place == Place.WORKSPACE ? workspace : home;
  }

  private <T> Future<T> worked(Callable<T> work) {
    return begun(() -> workers.executeBlocking(work, false));
  }

  private <T> Future<T> begun(Supplier<Future<T>> work) {
    if (closed) {
      return Future.failedFuture(
          new Refused(Refusal.SANDBOX_GONE, "The files of this sandbox are being removed."));
    }
    underWay++;
    return work.get()
        .onComplete(
            done -> {
              if (--underWay == 0 && closed) {
                end();
              }
            });
  }

  private void end() {
    bundles.close();
    uploads
        .close()
        .onComplete(
            done -> {
              if (done.succeeded()) {
                over.tryComplete();
              } else {
                over.tryFail(done.cause());
              }
            });
  }
}
