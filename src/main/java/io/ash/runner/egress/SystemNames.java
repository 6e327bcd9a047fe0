package io.ash.runner.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The names as this machine knows them, hosts file and all. Asks on threads of its own, which may
 * block for as long as a server of names takes; when too many wait, further ones fail at once.
 */
final class SystemNames implements Names, AutoCloseable {
  private static final int THREADS = 8;
  private static final int WAITING = 512;

  private final ThreadPoolExecutor threads;

  SystemNames() {
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              Thread t = new Thread(task, "ash-names-" + number.incrementAndGet());
              t.setDaemon(true);
              return t;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public CompletableFuture<List<InetAddress>> find(String name) {
    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
    try {
      threads.execute(
          () -> {
            try {
              found.complete(List.of(InetAddress.getAllByName(name)));
            } catch (UnknownHostException | RuntimeException e) {
              found.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      found.completeExceptionally(e);
    }
    return found;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
