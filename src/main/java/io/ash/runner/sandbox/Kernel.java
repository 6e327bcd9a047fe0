package io.ash.runner.sandbox;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * The system calls behind a network of its own and behind the end of a jail. Each acts on the
 * thread that calls it; a failure is a {@link LastErrorException} with the number of the error.
 * Linux on little-endian machines only.
 */
final class Kernel {
  /** EPERM: this process may not. */
  static final int NOT_PERMITTED = 1;

  private static final int NEW_NETWORK = 0x40000000;
  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int NON_BLOCKING = 0x800;
  private static final int INET = 2;
  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;
  private static final int BACKLOG = 512;
  private static final int GET_FLAGS = 0x8913;
  private static final int SET_FLAGS = 0x8914;
  private static final int UP_AND_RUNNING = 0x41;
  private static final int SET_CHILD_SUBREAPER = 36;
  private static final int WITHOUT_WAITING = 1;
  private static final int PIDFD_OPEN = 434;
  private static final int PIDFD_GETFD = 438;

  static {
    Native.register(Kernel.class, "c");
  }

  private Kernel() {}

  private static native int unshare(int flags) throws LastErrorException;

  private static native int setns(int fd, int kind) throws LastErrorException;

  private static native int open(byte[] path, int flags) throws LastErrorException;

  private static native int close(int fd) throws LastErrorException;

  private static native int socket(int family, int kind, int protocol) throws LastErrorException;

  private static native int bind(int fd, byte[] address, int length) throws LastErrorException;

  private static native int listen(int fd, int backlog) throws LastErrorException;

  private static native int ioctl(int fd, NativeLong request, Memory argument)
      throws LastErrorException;

  private static native int prctl(
      int option, NativeLong a, NativeLong b, NativeLong c, NativeLong d) throws LastErrorException;

  private static native int waitpid(int pid, Pointer status, int options) throws LastErrorException;

  private static native NativeLong syscall(
      NativeLong number, NativeLong a, NativeLong b, NativeLong c) throws LastErrorException;

  /** Gives the calling thread an empty network of its own. */
  static void leaveNetwork() {
    unshare(NEW_NETWORK);
  }

  /** Puts the calling thread into the network that a descriptor names. */
  static void enterNetwork(int fd) {
    setns(fd, NEW_NETWORK);
  }

  /** A descriptor of a file, for reading; no child inherits it. */
  static int open(String path) {
    return open((path + "\0").getBytes(StandardCharsets.UTF_8), CLOSE_ON_EXEC);
  }

  /** Closes a descriptor; one that is closed already is left alone. */
  static void release(int fd) {
    try {
      close(fd);
    } catch (LastErrorException e) {
      // whatever it says, Linux has given the descriptor back
    }
  }

  /** Brings up the loopback of the calling thread's network. */
  static void raiseLoopback() {
    int socket = socket(INET, DATAGRAM | CLOSE_ON_EXEC, 0);
    try (Memory request = new Memory(40)) {
      request.clear();
      request.setString(0, "lo", "US-ASCII");
      ioctl(socket, new NativeLong(GET_FLAGS), request);
      request.setShort(16, (short) (request.getShort(16) | UP_AND_RUNNING));
      ioctl(socket, new NativeLong(SET_FLAGS), request);
    } finally {
      release(socket);
    }
  }

  /** A listening socket on 127.0.0.1 of the calling thread's network. */
  static int listen(int port) {
    int socket = socket(INET, STREAM | CLOSE_ON_EXEC | NON_BLOCKING, 0);
    try {
      byte[] address = new byte[16];
      address[0] = INET;
      address[2] = (byte) (port >> 8);
      address[3] = (byte) port;
      address[4] = 127;
      address[7] = 1;
      bind(socket, address, address.length);
      Kernel.listen(socket, BACKLOG);
      return socket;
    } catch (LastErrorException e) {
      release(socket);
      throw e;
    }
  }

  /** Whether this process becomes the parent of those of its descendants whose parent ends. */
  static void adoptOrphans(boolean adopts) {
    NativeLong unused = new NativeLong(0);
    prctl(SET_CHILD_SUBREAPER, new NativeLong(adopts ? 1 : 0), unused, unused, unused);
  }

  /**
   * Takes note of the end of a child, so that the kernel forgets it; a living one is left alone.
   */
  static void reap(long pid) {
    try (Memory status = new Memory(4)) {
      waitpid((int) pid, status, WITHOUT_WAITING);
    } catch (LastErrorException e) {
      // somebody else has waited for it meanwhile
    }
  }

  /** A descriptor for a process, which must be alive. */
  static int processDescriptor(long pid) {
    return number(PIDFD_OPEN, pid, 0);
  }

  /** A copy of a descriptor of another process that this one may trace. */
  static int copyFrom(int process, int fd) {
    return number(PIDFD_GETFD, process, fd);
  }

  private static int number(int call, long a, long b) {
    return syscall(new NativeLong(call), new NativeLong(a), new NativeLong(b), new NativeLong(0))
        .intValue();
  }
}
