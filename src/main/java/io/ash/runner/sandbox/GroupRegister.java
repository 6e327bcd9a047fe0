package io.ash.runner.sandbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the servers of one user of this machine note their control groups, so that any later one
 * finds those of a server that was killed and whose data directory is gone.
 *
 * <p>A server holds a lock on its note while it lives. A note nobody holds names groups nobody
 * needs; only empty ones are removed. Blocks; its methods are called one after another.
 */
final class GroupRegister {
  private static final Logger LOG = LoggerFactory.getLogger(GroupRegister.class);

  /**
   * Notes of this process: to open and close a file gives up every lock that the process has on it.
   */
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final Path note;
  private @Nullable FileChannel held;

  /**
   * The register below a directory.
   *
   * @param name names this server's groups
   */
  GroupRegister(Path directory, String name) {
    this.directory = directory;
    this.note = directory.resolve(name);
  }

  /** The register that all servers of a user share. */
  static GroupRegister ofHost(int uid, String name) {
    Path place =
        uid == 0 && Files.isWritable(Path.of("/run"))
            ? Path.of("/run")
            : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    return new GroupRegister(place.resolve("ash-groups-" + uid), name);
  }

  /** Notes that this server lives and removes what the dead ones left. */
  void enter() {
    try {
      makeDirectory();
      held = OURS.add(note) ? lock(note, true) : null;
      try (DirectoryStream<Path> notes = Files.newDirectoryStream(directory, "ash-*")) {
        for (Path each : notes) {
          if (!OURS.contains(each)) {
            clean(each);
          }
        }
      }
    } catch (IOException e) {
      LOG.debug("control groups of dead servers are not looked for: {}", e.toString());
    }
  }

  /** Notes where this server makes its groups. */
  void note(List<Path> bases) throws IOException {
    if (held != null) {
      String text = String.join("\n", bases.stream().map(Path::toString).toList());
      held.truncate(0);
      held.write(StandardCharsets.UTF_8.encode(text), 0);
    }
  }

  /** Forgets this server, whose groups are gone. */
  void leave() {
    try {
      if (held != null) {
        Files.deleteIfExists(note);
        held.close();
        OURS.remove(note);
      }
    } catch (IOException e) {
      LOG.debug("the note of this server stays: {}", e.toString());
    }
  }

  /** Others could lead us with a directory of theirs, so it must be our own. */
  private void makeDirectory() throws IOException {
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
          || !owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
        throw new IOException(directory + " belongs to somebody else", e);
      }
    }
  }

  private static void clean(Path note) throws IOException {
    FileChannel channel = lock(note, false);
    if (channel == null) {
      return;
    }
    try (channel) {
      boolean gone = true;
      for (String line : Files.readAllLines(note)) {
        Path base = Path.of(line);
        if (base.getFileName() != null && base.getFileName().equals(note.getFileName())) {
          Cgroups.remove(base);
          gone &= !Files.exists(base);
        }
      }
      if (gone) {
        Files.deleteIfExists(note);
      }
    }
  }

  /** The file, open and locked, or null where somebody else holds it. */
  private static @Nullable FileChannel lock(Path note, boolean create) throws IOException {
    FileChannel channel =
        create
            ? FileChannel.open(note, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
            : FileChannel.open(note, StandardOpenOption.WRITE);
    boolean ours = false;
    try {
      ours = channel.tryLock() != null && Files.exists(note);
    } finally {
      if (!ours) {
        channel.close();
      }
    }
    return ours ? channel : null;
  }
}
