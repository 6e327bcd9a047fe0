package io.ash.runner.workspace;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bundles that come into the workspace of one session part by part. A few can be on their way; one
 * whose next part does not come within two minutes is forgotten. Confined to one event loop.
 */
final class Uploads {
  private static final int MOST = 2;
  private static final Duration IDLE = Duration.ofMinutes(2);

  private final Path top;
  private final Desk desk;
  private final FullDisk disk;
  private final WorkerExecutor workers;
  private final Timers timers;
  private final Map<String, Upload> uploads = new HashMap<>();

  Uploads(Path top, Desk desk, FullDisk disk, WorkerExecutor workers, Timers timers) {
    this.top = top;
    this.desk = desk;
    this.disk = disk;
    this.workers = workers;
    this.timers = timers;
  }

  private static final class Upload {
    final Unpacking unpacking;
    long next;
    boolean busy;
    Timers.Handle idle = () -> {};

    Upload(Unpacking unpacking) {
      this.unpacking = unpacking;
    }

    @Nullable Void work(Buffer part, boolean last) throws IOException {
      unpacking.take(part);
      if (last) {
        unpacking.finish();
      }
      return null;
    }
  }

  /**
   * Takes a part of the bundle that has this name, which the caller made up. When it fails nothing
   * of the bundle is left, unless the part before is still being unpacked.
   *
   * @param offset where in the bundle the part begins; 0 begins the bundle
   * @param last whether the bundle is complete with it
   */
  Future<Void> take(String name, long offset, Buffer part, boolean last) {
    Upload upload = uploads.get(name);
    if (upload == null) {
      if (offset != 0) {
        return no(Refusal.NOT_FOUND, "This transfer is over.");
      }
      if (uploads.size() >= MOST) {
        return no(Refusal.TOO_MANY_REQUESTS, "Other bundles are on their way into this workspace.");
      }
      upload = new Upload(new Unpacking(top, desk, disk));
      uploads.put(name, upload);
    }
    if (upload.busy) {
      return no(Refusal.INVALID_REQUEST, "The part before is still being unpacked.");
    }
    if (offset != upload.next) {
      String text = "A part is missing: the bundle goes on at " + upload.next + ".";
      return forget(name).compose(forgotten -> no(Refusal.INVALID_REQUEST, text));
    }
    return take(name, upload, part, last);
  }

  private Future<Void> take(String name, Upload upload, Buffer part, boolean last) {
    upload.busy = true;
    upload.idle.cancel();
    upload.next += part.length();
    return workers
        .<Void>executeBlocking(() -> disk.told(() -> upload.work(part, last)), false)
        .transform(
            done -> {
              upload.busy = false;
              if (done.succeeded() && !last) {
                upload.idle = timers.once(IDLE, () -> forget(name));
                return Future.succeededFuture();
              }
              Future<Void> outcome =
                  done.succeeded() ? Future.succeededFuture() : Future.failedFuture(done.cause());
              return forget(name).transform(forgotten -> outcome);
            });
  }

  private static Future<Void> no(Refusal refusal, String text) {
    return Future.failedFuture(new Refused(refusal, text));
  }

  /** Removes what came of a bundle so far; one that is complete, or was never begun, stays so. */
  Future<Void> forget(String name) {
    Upload upload = uploads.get(name);
    if (upload == null || upload.busy) {
      return Future.succeededFuture();
    }
    uploads.remove(name);
    upload.idle.cancel();
    return workers.executeBlocking(
        () -> {
          upload.unpacking.close();
          return null;
        },
        false);
  }

  /** Forgets all; nothing may be under way. */
  Future<Void> close() {
    List<Future<Void>> all = new ArrayList<>();
    List.copyOf(uploads.keySet()).forEach(name -> all.add(forget(name)));
    return Future.join(all).mapEmpty();
  }
}
