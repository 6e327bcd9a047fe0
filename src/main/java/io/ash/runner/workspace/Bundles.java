package io.ash.runner.workspace;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Packs the workspace of one session part by part, as the caller asks. A few transfers can be open;
 * the oldest that waits gives way to a new one. Confined to one event loop.
 */
final class Bundles {
  private static final int MOST_TRANSFERS = 3;

  private final Path top;
  private final Desk desk;
  private final WorkerExecutor workers;
  private final Map<String, Transfer> transfers = new LinkedHashMap<>();

  Bundles(Path top, Desk desk, WorkerExecutor workers) {
    this.top = top;
    this.desk = desk;
    this.workers = workers;
  }

  private static final class Transfer {
    final Packing packing;
    boolean busy;

    Transfer(Packing packing) {
      this.packing = packing;
    }
  }

  /** The next part of a transfer, the first of a new one where the handle is empty. */
  Future<BundlePart> next(String handle) {
    return handle.isEmpty() ? first() : more(handle);
  }

  private Future<BundlePart> first() {
    return workers
        .executeBlocking(() -> Packing.of(top, desk), false)
        .compose(
            packing -> {
              if (!makeRoom()) {
                return Future.failedFuture(
                    new Refused(
                        Refusal.TOO_MANY_REQUESTS,
                        "The workspace is being packed too often at once."));
              }
              String handle = UUID.randomUUID().toString();
              transfers.put(handle, new Transfer(packing));
              return more(handle);
            });
  }

  private boolean makeRoom() {
    for (Map.Entry<String, Transfer> each : List.copyOf(transfers.entrySet())) {
      if (transfers.size() >= MOST_TRANSFERS && !each.getValue().busy) {
        drop(each.getKey());
      }
    }
    return transfers.size() < MOST_TRANSFERS;
  }

  private Future<BundlePart> more(String handle) {
    Transfer transfer = transfers.get(handle);
    if (transfer == null) {
      return Future.failedFuture(new Refused(Refusal.NOT_FOUND, "This transfer is over."));
    }
    if (transfer.busy) {
      return Future.failedFuture(
          new Refused(Refusal.INVALID_REQUEST, "The part before is still being packed."));
    }
    transfer.busy = true;
    return workers
        .executeBlocking(
            () -> {
              byte[] part = transfer.packing.next();
              return new BundlePart(handle, Buffer.buffer(part), transfer.packing.isOver());
            },
            false)
        .onComplete(
            part -> {
              transfer.busy = false;
              if (part.failed() || part.result().last()) {
                drop(handle);
              }
            });
  }

  private void drop(String handle) {
    Transfer transfer = transfers.remove(handle);
    if (transfer != null) {
      try {
        transfer.packing.close();
      } catch (IOException e) {
        throw new UncheckedIOException("a file that was read cannot be closed", e);
      }
    }
  }

  /** Ends all transfers; nothing may be under way. */
  void close() {
    List.copyOf(transfers.keySet()).forEach(this::drop);
  }
}
