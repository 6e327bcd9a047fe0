package io.ash.runner;

import static io.ash.runner.workspace.Place.HOME;
import static io.ash.runner.workspace.Place.WORKSPACE;

import io.ash.blob.BadManifest;
import io.ash.blob.BlobKeys;
import io.ash.blob.Blobs;
import io.ash.blob.CorruptBlob;
import io.ash.blob.NoSuchBlob;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.runner.dialect.Dialect;
import io.ash.runner.sandbox.Sandbox;
import io.ash.runner.workspace.Owner;
import io.ash.runner.workspace.Premises;
import io.ash.runner.workspace.Stillness;
import io.ash.runner.workspace.Workspace;
import io.ash.time.Timers;
import io.ash.wire.BundleChunk;
import io.ash.wire.FileChunk;
import io.ash.wire.FileEntry;
import io.ash.wire.FileList;
import io.ash.wire.OpenSandbox;
import io.ash.wire.SnapshotRef;
import io.ash.wire.WriteBundle;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a session where its sandbox has them. Confined to the runner loop. */
final class WorkspaceSessionFiles implements SessionFiles {
  private static final Logger LOG = LoggerFactory.getLogger(WorkspaceSessionFiles.class);
  private static final int MOST_PROMPT = 1 << 20;
  private static final int MOST_REMEMBERED = 4 << 10;

  private final OpenSandbox call;
  private final Workspace workspace;
  private final KeptFiles kept;

  /**
   * The files of one sandbox.
   *
   * @param blobs the store as this epoch may see it
   * @param kept what could not be saved before
   * @param skip what the operator leaves out of snapshots
   */
  WorkspaceSessionFiles(
      OpenSandbox call,
      Sandbox sandbox,
      Blobs blobs,
      KeptFiles kept,
      Set<String> skip,
      WorkerExecutor workers,
      Timers timers) {
    Set<String> leftOut = new HashSet<>(skip);
    leftOut.addAll(call.runtime().snapshots().skip());
    this.call = call;
    this.kept = kept;
    Premises premises =
        new Premises(
            sandbox.workspace(),
            sandbox.home(),
            sandbox.desk(),
            new Owner(sandbox.uid(), sandbox.uid()),
            sandbox::diskLeft);
    this.workspace =
        new Workspace(
            premises,
            leftOut,
            kept.before(call.binding().session(), blobs),
            BlobKeys.of(call.blobKey()),
            still(sandbox),
            workers,
            timers);
  }

  private static Stillness still(Sandbox sandbox) {
    return new Stillness() {
      @Override
      public Future<Void> begin() {
        return sandbox.freeze();
      }

      @Override
      public Future<Void> end() {
        return sandbox.thaw();
      }
    };
  }

  @Override
  public Future<Basis> furnish() {
    return kept.look(call)
        .compose(found -> found.isPresent() ? furnish(found.get()) : fromTheStore());
  }

  private Future<Basis> furnish(Kept before) {
    return before.leadsOnFrom(call)
        ? workspace
            .recover(before.manifest())
            .map(new Basis(call.snapshot(), null, before, true))
            .recover(
                e ->
                    isDamage(e)
                        ? workspace.clear().compose(v -> without(before, e.getMessage()))
                        : Future.failedFuture(e))
        : without(before, "the session went on without them");
  }

  private Future<Basis> without(Kept before, @Nullable String why) {
    LOG.atWarn()
        .addKeyValue("session", call.binding().session())
        .addKeyValue("cause", why)
        .log("files that were kept are not used; the session is told");
    return fromTheStore().map(b -> new Basis(b.snapshot(), b.damage(), before, false));
  }

  private Future<Basis> fromTheStore() {
    SnapshotRef snapshot = call.snapshot();
    return snapshot == null
        ? workspace.furnish(call.agent().manifest()).map(Basis.AGENT)
        : workspace
            .restore(snapshot.manifest())
            .map(new Basis(snapshot, null))
            .recover(e -> isDamage(e) ? previous(snapshot, e) : Future.failedFuture(e));
  }

  private Future<Basis> previous(SnapshotRef newest, Throwable damage) {
    SnapshotRef previous = newest.previous();
    if (previous == null) {
      return Future.failedFuture(
          damaged("The only snapshot of this session cannot be read", damage));
    }
    return workspace
        .clear()
        .compose(v -> workspace.restore(previous.manifest()))
        .map(new Basis(previous, damage.getMessage()))
        .recover(
            e ->
                Future.failedFuture(
                    isDamage(e)
                        ? damaged("Neither of the two snapshots of this session can be read", e)
                        : e));
  }

  private static boolean isDamage(Throwable e) {
    return e instanceof NoSuchBlob || e instanceof CorruptBlob || e instanceof BadManifest;
  }

  private static Refused damaged(String what, Throwable e) {
    return new Refused(
        Refusal.WORKSPACE_DAMAGED,
        what
            + ": "
            + e.getMessage()
            + ". Nothing was changed; bring the store of blobs back and resume the session again.");
  }

  @Override
  public Future<Instructions> instructions() {
    return workspace.look(
        files ->
            new Instructions(
                files.has(WORKSPACE, Instructions.INSTALL),
                files.has(WORKSPACE, Instructions.STARTUP),
                files.text(WORKSPACE, Instructions.PROMPT, MOST_PROMPT),
                files.text(HOME, Dialect.MEMORY_FILE, MOST_REMEMBERED)));
  }

  @Override
  public Future<Void> write(Place place, String path, String text) {
    return workspace.writePrivate(place(place), path, Buffer.buffer(text));
  }

  @Override
  public Future<Scan> scan(Runnable looked) {
    return workspace.scan(looked).map(s -> new Scan(s.manifest(), s.blobs()));
  }

  @Override
  public void attached(String manifest) {
    workspace.attached(manifest);
    kept.clear(call.binding().session())
        .onFailure(e -> LOG.warn("kept files that are saved now stay: {}", e.getMessage()));
  }

  @Override
  public Future<Boolean> keep(String newest, Kept.Since since) {
    return kept.put(
        call.binding(), newest, since, place -> workspace.keep(place).map(s -> s.manifest()));
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
  public Future<Void> writeBundle(WriteBundle call) {
    return call.then() == WriteBundle.Then.FORGET
        ? workspace.forgetBundle(call.transfer())
        : workspace.writeBundle(
            call.transfer(), call.offset(), call.bytes(), call.then() == WriteBundle.Then.UNPACK);
  }

  @Override
  public Future<Void> close() {
    return workspace.close();
  }

  private static io.ash.runner.workspace.Place place(Place place) {
    return place == Place.WORKSPACE ? WORKSPACE : HOME;
  }
}
