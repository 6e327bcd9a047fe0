package io.ash.coordinator.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A small file that only its owner may read (mode 0600), holding one line. Blocks; used while the
 * server starts.
 */
final class PrivateFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final int MAX_BYTES = 4096;

  private final Path path;

  PrivateFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /** Its line, or nothing where there is no file; takes away rights of others first. */
  Optional<String> read() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.size(path) > MAX_BYTES) {
      throw new IOException(path + " is not a small regular file");
    }
    if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(path))) {
      Files.setPosixFilePermissions(path, OWNER_ONLY);
    }
    return Optional.of(Files.readString(path).strip()).filter(line -> !line.isEmpty());
  }

  /** Writes it whole or not at all, and to the disk. */
  void write(String line) throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel out =
        FileChannel.open(
            fresh,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    try {
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(path + " cannot be put in place in one step", e);
    }
  }

  void delete() throws IOException {
    Files.deleteIfExists(path);
  }
}
