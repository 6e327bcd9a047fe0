package io.ash.runner.sandbox;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network for the processes of one sandbox: a loopback, and on it one listener that belongs to
 * the server. It is there until it is closed and the last process in it has ended. Thread-safe.
 */
public final class NetworkSpace implements AutoCloseable {
  /** The port on 127.0.0.1 where the listener is, in every such network. */
  public static final int PORT = 3128;

  private static final int TAKEN = -1;

  private final @Nullable String user;
  private final int network;
  private final AtomicInteger listener;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param user path of the user namespace that must be entered first, null for that of the server
   */
  NetworkSpace(@Nullable String user, int network, int listener) {
    this.user = user;
    this.network = network;
    this.listener = new AtomicInteger(listener);
  }

  /**
   * The descriptor of the listening socket, not blocking; from now on the caller must close it.
   *
   * @throws IllegalStateException where it was taken before
   */
  public int takeListener() {
    int fd = listener.getAndSet(TAKEN);
    if (fd == TAKEN) {
      throw new IllegalStateException("the listener was taken before");
    }
    return fd;
  }

  @Nullable String user() {
    return user;
  }

  /** Where a child of the server finds the network. */
  String path() {
    return ownPath(network);
  }

  static String ownPath(int fd) {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + fd;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Kernel.release(network);
      int fd = listener.getAndSet(TAKEN);
      if (fd != TAKEN) {
        Kernel.release(fd);
      }
    }
  }
}
