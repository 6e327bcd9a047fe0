package io.ash.coordinator.session;

import io.ash.blob.Blobs;
import io.ash.blob.Chunk;
import io.ash.blob.Lanes;
import io.ash.coordinator.store.SessionView;
import io.ash.coordinator.store.SnapshotStore;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Changes the workspace of a session at rest: a new snapshot that differs from the newest one.
 *
 * <p>Attached only if the session is still at rest and nobody else made a snapshot meanwhile.
 */
final class SnapshotEdits {
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

  Future<Void> write(SessionView s, String path, Buffer bytes) {
    String checked = SnapshotFiles.checked(path);
    return change(
        s,
        draft ->
            vertx
                .executeBlocking(
                    () -> {
                      List<Chunk> chunks = new ArrayList<>();
                      long size =
                          draft
                              .chunks()
                              .cut(new ByteArrayInputStream(bytes.getBytes()), chunks::add);
                      List<String> keys = chunks.stream().map(Chunk::key).toList();
                      draft.file(checked, 0644, clock.millis(), size, keys);
                      return chunks;
                    })
                .compose(this::store));
  }

  Future<Void> delete(SessionView s, String path) {
    String checked = SnapshotFiles.checked(path);
    return change(
        s,
        draft -> {
          draft.remove(checked);
          return Future.succeededFuture();
        });
  }

  /** Unpacks a bundle over the workspace as it comes; one that is refused changes nothing. */
  Future<Void> unpack(SessionView s, Workspaces.Parts bundle) {
    return change(
        s,
        draft -> {
          BundleIntake intake = new BundleIntake(draft);
          return Lanes.repeat(
                  () -> !intake.isOver(),
                  () ->
                      intake.isStarved()
                          ? bundle.next().compose(part -> offered(intake, part))
                          : vertx.executeBlocking(intake::step).compose(this::store))
              .eventually(() -> vertx.executeBlocking(intake::closed));
        });
  }

  private Future<Void> offered(BundleIntake intake, Buffer part) {
    return vertx.executeBlocking(() -> intake.offer(part));
  }

  private Future<Void> store(List<Chunk> chunks) {
    return chunks.isEmpty()
        ? Future.succeededFuture()
        : blobs
            .missing(chunks.stream().map(Chunk::key).toList())
            .compose(
                missing ->
                    Lanes.each(
                        chunks.stream().filter(c -> missing.contains(c.key())).toList(),
                        1,
                        chunk -> blobs.put(chunk.key(), chunk.packed())));
  }

  private Future<Void> change(SessionView s, Function<SnapshotDraft, Future<Void>> edit) {
    return files
        .newest(s)
        .compose(
            tree -> {
              SnapshotDraft draft = new SnapshotDraft(tree);
              return edit.apply(draft)
                  .compose(v -> vertx.executeBlocking(draft::seal))
                  .compose(whole -> attach(s, draft.no(), whole));
            });
  }

  private Future<Void> attach(SessionView s, int no, SnapshotDraft.Sealed whole) {
    Chunk manifest = whole.manifest();
    return blobs
        .put(manifest.key(), manifest.packed())
        .compose(v -> snapshots.attachAtRest(s.id(), no, manifest.key(), whole.keys()))
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
