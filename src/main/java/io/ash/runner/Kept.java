package io.ash.runner;

import io.ash.wire.OpenSandbox;
import io.ash.wire.SnapshotRef;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A note about files that are kept on this runner because they could not be saved.
 *
 * @param epoch of the sandbox they are from
 * @param manifest key of their manifest
 * @param since what they follow from
 */
record Kept(long epoch, String manifest, Since since) {
  /**
   * Where the session stood when its files could not be saved.
   *
   * @param no number of its newest snapshot, 0 for none
   * @param manifests what that one may hold: the last that was attached, and those whose attaching
   *     was not answered; each as old as the kept files or older
   * @param coversTurn the last turn whose changes are in the kept files, 0 for none
   */
  record Since(int no, List<String> manifests, int coversTurn) {
    Since {
      manifests = List.copyOf(manifests);
    }
  }

  /** Whether a snapshot is just these files. */
  boolean isIn(@Nullable SnapshotRef snapshot) {
    return snapshot != null && snapshot.manifest().equals(manifest);
  }

  /**
   * Whether these files have everything that a session has which is opened so; not, where it went
   * on elsewhere or its files were changed while it was at rest.
   */
  boolean leadsOnFrom(OpenSandbox call) {
    SnapshotRef newest = call.snapshot();
    boolean same = call.snapshotNo() == since.no();
    boolean unheard =
        newest != null
            && newest.no() == since.no() + 1
            && since.manifests().contains(newest.manifest());
    return epoch < call.binding().epoch() && (same || unheard);
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("epoch", epoch)
        .put("manifest", manifest)
        .put("no", since.no())
        .put("manifests", new JsonArray(since.manifests()))
        .put("coversTurn", since.coversTurn());
  }

  /** Reads a note; throws a {@link RuntimeException} where it is none. */
  static Kept of(JsonObject note) {
    return new Kept(
        note.getLong("epoch"),
        note.getString("manifest"),
        new Since(
            note.getInteger("no"),
            note.getJsonArray("manifests").stream().map(String.class::cast).toList(),
            note.getInteger("coversTurn")));
  }
}
