package io.ash.runner.workspace;

import io.ash.blob.BlobKeys;
import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Premises in a temporary directory, beside a place that must stay untouched. */
final class Grounds {
  static final BlobKeys KEYS = BlobKeys.of("00112233445566778899aabbccddeeff");

  final Path workspace;
  final Path home;
  final Path outside;
  final Path secret;
  final Premises premises;
  final Desk desk;
  final WorkspaceFiles files;
  final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

  private Grounds(Path root, Owner owner) throws IOException {
    workspace = Files.createDirectories(root.resolve("workspace"));
    home = Files.createDirectories(root.resolve("home"));
    outside = Files.createDirectories(root.resolve("outside"));
    secret = Files.writeString(outside.resolve("secret"), "SECRET");
    premises = new Premises(workspace, home, root.resolve("desk"), owner, left::get);
    desk = new Desk(premises.desk(), owner);
    files = new WorkspaceFiles(workspace, desk);
  }

  static Grounds in(Path root) throws IOException {
    return new Grounds(root, Owner.SERVER);
  }

  static Grounds in(Path root, Owner owner) throws IOException {
    return new Grounds(root, owner);
  }

  static int ownUid(Path root) throws IOException {
    return (Integer) Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  Workspace open(MemoryBlobs blobs, WorkerExecutor workers) {
    return open(blobs, workers, (delay, task) -> () -> {});
  }

  Workspace open(MemoryBlobs blobs, WorkerExecutor workers, Timers timers) {
    return new Workspace(premises, Set.of(), blobs, KEYS, Stillness.NONE, workers, timers);
  }

  /** What an event loop gets from a future; its failure is thrown as it is. */
  static <T> T on(Vertx vertx, Supplier<Future<T>> work) throws Exception {
    Context loop = vertx.getOrCreateContext();
    Promise<T> promise = Promise.promise();
    loop.runOnContext(v -> work.get().onComplete(promise));
    try {
      return promise.future().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    } catch (TimeoutException e) {
      throw new AssertionError("nothing within a minute", e);
    }
  }
}
