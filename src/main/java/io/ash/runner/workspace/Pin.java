package io.ash.runner.workspace;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds on to whatever has a name now without opening it: nothing is waited for, and nothing a
 * device or FIFO would notice happens. What is held can be looked at and then opened, and cannot
 * become something else in between. Blocks for the kernel's answer only; for one thread.
 */
final class Pin implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Pin.class);

  private static final int O_PATH = 0x200000;
  private static final int O_CLOEXEC = 0x80000;
  private static final int NO_SUCH_FILE = 2;
  private static final int NOT_PERMITTED = 1;
  private static final int ACCESS_DENIED = 13;

  /** Whether this machine can do it; without it a FIFO put in place of a file can be waited for. */
  static final boolean POSSIBLE = loads();

  private final int descriptor;

  private Pin(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Holds what has an absolute path now, a link itself where it is one. */
  static Pin of(Path path) throws IOException {
    String text = EntryName.text(path);
    if (text == null) {
      throw new FileSystemException(path.toString(), null, "its name is not UTF-8");
    }
    try {
      return new Pin(
          C.open((text + "\0").getBytes(StandardCharsets.UTF_8), O_PATH | noFollow() | O_CLOEXEC));
    } catch (LastErrorException e) {
      throw switch (e.getErrorCode()) {
        case NO_SUCH_FILE -> new NoSuchFileException(text);
        case ACCESS_DENIED, NOT_PERMITTED -> new AccessDeniedException(text);
        default -> new FileSystemException(text, null, "the kernel says " + e.getMessage());
      };
    }
  }

  /** A path that leads to what is held, whatever has the name by now. */
  Path path() {
    return Path.of("/proc/self/fd/" + descriptor);
  }

  @Override
  public void close() {
    C.close(descriptor);
  }

  /** The one of these numbers that differs between machines. */
  private static int noFollow() {
    return System.getProperty("os.arch").startsWith("aarch64") ? 0x8000 : 0x20000;
  }

  private static boolean loads() {
    try {
      C.load();
      return true;
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      LOG.atWarn()
          .addKeyValue("cause", e.getMessage())
          .log(
              "the library JNA cannot be loaded: an agent can make single requests for files wait;"
                  + " let java.io.tmpdir name a directory that is not mounted noexec");
      return false;
    }
  }

  /** The two calls. */
  private static final class C {
    static {
      Native.register("c");
    }

    static void load() {
      // The class is initialised by being named.
    }

    static native int open(byte[] path, int flags) throws LastErrorException;

    static native int close(int descriptor) throws LastErrorException;
  }
}
