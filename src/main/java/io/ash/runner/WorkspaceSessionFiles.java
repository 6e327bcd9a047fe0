package io.ash.runner;

import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.runner.sandbox.Sandbox;
import io.ash.runner.workspace.Owner;
import io.ash.runner.workspace.Premises;
import io.ash.runner.workspace.Workspace;
import io.ash.wire.BundleChunk;
import io.ash.wire.FileChunk;
import io.ash.wire.FileEntry;
import io.ash.wire.FileList;
import io.ash.wire.OpenSandbox;
import io.ash.wire.SnapshotRef;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;

/** The files of a session where its sandbox has them. Confined to the runner loop. */
final class WorkspaceSessionFiles implements SessionFiles {
  private final OpenSandbox call;
  private final Workspace workspace;

  /**
   * The files of one sandbox.
   *
   * @param blobs the store as this epoch may see it
   */
  WorkspaceSessionFiles(OpenSandbox call, Sandbox sandbox, Blobs blobs, WorkerExecutor workers) {
    this.call = call;
    Premises premises =
        new Premises(
            sandbox.workspace(),
            sandbox.home(),
            sandbox.desk(),
            new Owner(sandbox.uid(), sandbox.uid()));
    this.workspace = new Workspace(premises, Set.of(), blobs, BlobKeys.of(call.blobKey()), workers);
  }

  @Override
  public Future<Void> furnish() {
    SnapshotRef snapshot = call.snapshot();
    return snapshot == null
        ? workspace.furnish(call.agent().manifest())
        : workspace.restore(snapshot.manifest());
  }

  @Override
  public Future<String> read(Place place, String path, int most) {
    return workspace.text(place(place), path, most);
  }

  @Override
  public Future<Boolean> has(String path) {
    return workspace.has(io.ash.runner.workspace.Place.WORKSPACE, path);
  }

  @Override
  public Future<Void> write(Place place, String path, String text) {
    return workspace.writePrivate(place(place), path, Buffer.buffer(text));
  }

  @Override
  public Future<Scan> scan() {
    return workspace.scan().map(s -> new Scan(s.manifest(), s.blobs()));
  }

  @Override
  public Future<Void> store(List<String> keys) {
    return workspace.store(keys);
  }

  @Override
  public Future<FileList> listFiles(boolean includeHidden) {
    return workspace
        .list(includeHidden)
        .map(
            all ->
                new FileList(
                    all.stream()
                        .map(f -> new FileEntry(f.path(), f.size(), f.modifiedAt().toString()))
                        .toList()));
  }

  @Override
  public Future<FileChunk> readFile(String path, long offset, int length) {
    return workspace.read(path, offset, length).map(p -> new FileChunk(p.bytes(), p.size()));
  }

  @Override
  public Future<Void> writeFile(String path, Buffer bytes) {
    return workspace.write(path, bytes);
  }

  @Override
  public Future<Void> deleteFile(String path) {
    return workspace.delete(path);
  }

  @Override
  public Future<BundleChunk> readBundle(String handle) {
    return workspace
        .readBundle(handle)
        .map(part -> new BundleChunk(part.handle(), part.bytes(), part.last()));
  }

  @Override
  public Future<Void> writeBundle(Buffer archive) {
    return workspace.writeBundle(archive);
  }

  @Override
  public Future<Void> close() {
    return workspace.close();
  }

  private static io.ash.runner.workspace.Place place(Place place) {
    return place == Place.WORKSPACE
        ? io.ash.runner.workspace.Place.WORKSPACE
        : io.ash.runner.workspace.Place.HOME;
  }
}
