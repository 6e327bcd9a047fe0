package io.ash.runner.sandbox;

import com.sun.jna.LastErrorException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The one thread that visits other networks.
 *
 * <p>It makes a network, brings up its loopback, opens the listener there and comes home. A thread
 * that cannot come home is never used again: it ends, and the next visit is made by a new one.
 * Thread-safe; blocks for less than a millisecond as a rule.
 */
final class NamespaceThread {
  private static final String HERE = "/proc/thread-self/ns/net";

  private ExecutorService thread = fresh();

  /** Descriptors of a network and of the socket that listens in it. */
  record Visit(int network, int listener) {}

  /** Makes a network with a listener on {@code port} of its loopback. */
  synchronized Visit make(int port) {
    try {
      return thread.submit(() -> visit(port)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Lost) {
        close();
        thread = fresh();
      }
      if (e.getCause() instanceof LastErrorException refused) {
        throw refused;
      }
      throw new IllegalStateException("a network could not be made", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a network was made", e);
    }
  }

  synchronized void close() {
    thread.shutdown();
  }

  private static Visit visit(int port) {
    int home = Kernel.open(HERE);
    try {
      Kernel.leaveNetwork();
      try {
        return furnish(port);
      } finally {
        comeBack(home);
      }
    } finally {
      Kernel.release(home);
    }
  }

  private static Visit furnish(int port) {
    Kernel.raiseLoopback();
    int network = Kernel.open(HERE);
    try {
      return new Visit(network, Kernel.listen(port));
    } catch (LastErrorException e) {
      Kernel.release(network);
      throw e;
    }
  }

  private static void comeBack(int home) {
    try {
      Kernel.enterNetwork(home);
    } catch (LastErrorException e) {
      throw new Lost(e);
    }
  }

  private static ExecutorService fresh() {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread t = new Thread(task, "ash-namespaces");
          t.setDaemon(true);
          return t;
        });
  }

  /** The thread stands in a network that is not its own. */
  private static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Lost(Throwable cause) {
      super(cause);
    }
  }
}
