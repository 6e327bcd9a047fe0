package io.ash.coordinator.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The unpacked PostgreSQL programs of one version.
 *
 * <p>They are not synced to the disk, which would take longer than unpacking them. A power cut may
 * therefore damage them, so they are used only until the machine is booted again.
 *
 * @param home the directory with bin, lib and share; it appears under this name only when complete
 */
record PostgresBinaries(Path home) {
  /** Version of the programs in the jar. */
  static final String VERSION = "17.11";

  /** What PG_VERSION of a cluster must say. */
  static final String MAJOR = "17";

  private static final String PREFIX = "bin-";
  private static final String PARTIAL = "unpack-";
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** The programs below {@code parent}, unpacked there first where they are missing. */
  static PostgresBinaries below(Path parent) throws IOException {
    Machine machine = Machine.of(System.getProperty("os.arch", ""));
    machine.refuseOtherLibc();
    Path home = parent.resolve(PREFIX + VERSION + "-" + Files.readString(BOOT).strip());
    if (!Files.isDirectory(home)) {
      Path partial = Files.createTempDirectory(parent, PARTIAL);
      try {
        unpack(machine, partial);
        Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
        publish(partial, home);
      } finally {
        Directories.delete(partial);
      }
    }
    return new PostgresBinaries(home);
  }

  /**
   * Removes what other versions, earlier boots and interrupted starts left; the caller owns {@code
   * parent}.
   */
  void removeOthers() throws IOException {
    for (Path path : Directories.list(home.getParent())) {
      String name = path.getFileName().toString();
      if (!path.getFileName().equals(home.getFileName())
          && (name.startsWith(PREFIX) || name.startsWith(PARTIAL))) {
        Directories.delete(path);
      }
    }
  }

  Path program(String name) {
    return home.resolve("bin").resolve(name);
  }

  private static void publish(Path partial, Path home) throws IOException {
    try {
      Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(home)) { // else another process was faster with the same content
        throw e;
      }
    }
  }

  private static void unpack(Machine machine, Path into) throws IOException {
    try (InputStream resource = machine.open();
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new BufferedInputStream(resource, 1 << 16))) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        if (isNeeded(entry.getName())) {
          write(tar, entry, into);
        }
      }
    }
  }

  private static boolean isNeeded(String name) {
    return !name.contains("/include/")
        && !name.contains("/pkgconfig/")
        && !name.contains("/pgxs/")
        && !name.endsWith(".a");
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path into)
      throws IOException {
    Path target = into.resolve(entry.getName()).normalize();
    if (!target.startsWith(into)) {
      throw new IOException("archive entry leaves its directory: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Directories.create(target, "rwxr-xr-x");
      return;
    }
    Directories.create(target.getParent(), "rwxr-xr-x");
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, target);
      boolean runs = (entry.getMode() & 0100) != 0;
      Files.setPosixFilePermissions(
          target, PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  /** A processor for which the jar carries programs. */
  enum Machine {
    AMD64("postgres-linux-x86_64.tar", "/lib64/ld-linux-x86-64.so.2"),
    ARM64("postgres-linux-arm_64.tar", "/lib/ld-linux-aarch64.so.1");

    private final String archive;
    private final String loader;

    Machine(String archive, String loader) {
      this.archive = archive;
      this.loader = loader;
    }

    static Machine of(String arch) {
      return switch (arch.toLowerCase(Locale.ROOT)) {
        case "amd64", "x86_64" -> AMD64;
        case "aarch64", "arm64" -> ARM64;
        default ->
            throw new CannotStart(
                "no embedded PostgreSQL for processor "
                    + arch
                    + " (amd64 and aarch64 are); set ASH_DATABASE_URL to a PostgreSQL server");
      };
    }

    void refuseOtherLibc() {
      if (!Files.exists(Path.of(loader))) {
        throw new CannotStart(
            "the embedded PostgreSQL needs glibc, and "
                + loader
                + " is missing here (Alpine and other musl systems have none); use a glibc system"
                + " such as Debian, or set ASH_DATABASE_URL to a PostgreSQL server");
      }
    }

    InputStream open() {
      InputStream found = PostgresBinaries.class.getClassLoader().getResourceAsStream(archive);
      if (found == null) {
        throw new CannotStart(
            "this jar carries no PostgreSQL programs for this processor ("
                + archive
                + "); use the released jar, or set ASH_DATABASE_URL to a PostgreSQL server");
      }
      return found;
    }
  }
}
