package io.ash.runner.sandbox;

import com.sun.jna.LastErrorException;
import io.ash.process.Spawner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes networks for sandboxes: in this process where it may, as root may, else by a porter in a
 * user namespace of its own. Thread-safe; blocks.
 */
final class NetworkSpaces implements AutoCloseable {
  private final Spawner spawner;
  private final boolean root;
  private final NamespaceThread thread = new NamespaceThread();
  private final List<PorterLink> porters = new ArrayList<>();
  private @Nullable PorterLink porter;

  /**
   * @param root whether sandboxes have users of their own, whom a porter's namespace does not know
   */
  NetworkSpaces(Spawner spawner, boolean root) {
    this.spawner = spawner;
    this.root = root;
  }

  /** A new network; fails with {@link SandboxUnavailable}, whose message is the remedy. */
  NetworkSpace open() throws IOException {
    try {
      return root ? here() : through();
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      throw new SandboxUnavailable(
          "network mode allowlist needs the library JNA, which cannot be loaded here ("
              + e.getMessage()
              + "); let java.io.tmpdir name a directory that is not mounted noexec");
    }
  }

  private NetworkSpace here() {
    try {
      NamespaceThread.Visit made = thread.make(NetworkSpace.PORT);
      return new NetworkSpace(null, made.network(), made.listener());
    } catch (LastErrorException e) {
      throw new SandboxUnavailable(
          "network mode allowlist needs the right to make networks, which this process lacks"
              + " (error "
              + e.getErrorCode()
              + "): give it CAP_SYS_ADMIN and CAP_NET_ADMIN, or run it as an ordinary user");
    }
  }

  private synchronized NetworkSpace through() throws IOException {
    if (porter == null || !porter.alive()) {
      if (porter != null) {
        porter.end();
      }
      porter = PorterLink.start(spawner);
      porters.add(porter);
    }
    return porter.make();
  }

  @Override
  public synchronized void close() {
    thread.close();
    porters.forEach(PorterLink::close);
    porters.clear();
    porter = null;
  }
}
