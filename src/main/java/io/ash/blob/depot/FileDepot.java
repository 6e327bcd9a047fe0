package io.ash.blob.depot;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory that every coordinator sees ({@code file:}).
 *
 * <p>Bytes are written aside, forced to disk and renamed; then the directory is forced, too. {@code
 * blobs/} is made by the probe only: where the file system is not mounted any more, writing fails
 * instead of filling the directory below the mount point.
 */
public final class FileDepot implements Depot {
  private static final String MARK = "ash-depot";
  private static final int MARK_MOST = 4_096;
  private static final FileAttribute<?> OURS_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path top;
  private final Path incoming;
  private final Path blobs;

  /** Touches nothing yet. */
  public FileDepot(Path top) {
    this.top = top;
    this.incoming = top.resolve("incoming");
    this.blobs = top.resolve("blobs");
  }

  @Override
  public String url() {
    return "file://" + top;
  }

  @Override
  public int lanes() {
    return 8;
  }

  @Override
  public void write(BytesName name, byte[] bytes) throws IOException {
    Path part = incoming.resolve(name.toString());
    Path target = top.resolve(name.path());
    try {
      create(part, bytes);
      directory(target.getParent().getParent());
      directory(target.getParent());
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      force(target.getParent());
    } catch (IOException | RuntimeException e) {
      discard(part);
      throw e;
    }
  }

  @Override
  public Optional<byte[]> read(BytesName name, int most) throws IOException {
    Path file = top.resolve(name.path());
    Optional<byte[]> found = content(file, most);
    if (found.isEmpty() && !Files.isDirectory(blobs)) {
      throw new FileNotFoundException(blobs + " is not there; is the file system mounted?");
    }
    return found;
  }

  @Override
  public void delete(List<BytesName> names) throws IOException {
    for (BytesName name : names) {
      Files.deleteIfExists(top.resolve(name.path()));
    }
  }

  @Override
  public List<Lying> list(@Nullable BytesName after) throws IOException {
    String path = after == null ? "" : after.path().substring("blobs/".length());
    List<Lying> found = new ArrayList<>();
    for (Path first : sorted(blobs, path.isEmpty() ? "" : path.substring(0, 2))) {
      boolean same = !path.isEmpty() && path.startsWith(first.getFileName() + "/");
      for (Path second : sorted(first, same ? path.substring(3, 5) : "")) {
        for (Path file : sorted(second, "")) {
          BytesName name = BytesName.of(file.getFileName().toString()).orElse(null);
          if (name == null || (after != null && name.compareTo(after) <= 0)) {
            continue;
          }
          writtenAt(file).ifPresent(at -> found.add(new Lying(name, at)));
          if (found.size() == PAGE) {
            return found;
          }
        }
      }
    }
    return found;
  }

  @Override
  public void tidy(Instant before) throws IOException {
    for (Path part : sorted(incoming, "")) {
      if (writtenAt(part).filter(before::isAfter).isPresent()) {
        Files.deleteIfExists(part);
      }
    }
  }

  @Override
  public Optional<String> mark() throws IOException {
    return content(top.resolve(MARK), MARK_MOST)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
  }

  @Override
  public String mark(String wished) throws IOException {
    Path part = incoming.resolve("mark-" + UUID.randomUUID());
    create(part, (wished + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      Files.createLink(top.resolve(MARK), part); // the first one wins, whole
      force(top);
    } catch (FileAlreadyExistsException e) {
      // somebody was here before: theirs counts
    } finally {
      discard(part);
    }
    return mark().orElseThrow(() -> new IOException("the mark just left in " + top + " is gone"));
  }

  @Override
  public void probe() throws IOException {
    if (!Files.isDirectory(top)) {
      throw new IOException(top + " is no directory; make it, and see that it is mounted");
    }
    directory(incoming);
    directory(blobs);
    byte[] bytes = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
    Path part = incoming.resolve("probe-" + UUID.randomUUID());
    Path moved = incoming.resolve(part.getFileName() + "-moved");
    try {
      create(part, bytes);
      Files.move(part, moved, StandardCopyOption.ATOMIC_MOVE);
      force(incoming);
      lock(moved);
      if (!Arrays.equals(Files.readAllBytes(moved), bytes)) {
        throw new IOException("what was written to " + top + " is not what is read from it");
      }
    } finally {
      discard(part);
      discard(moved);
    }
  }

  @Override
  public void close() {
    // holds nothing open
  }

  private static void lock(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new IOException("a file that nobody else has open cannot be locked");
      }
    }
  }

  private static void create(Path file, byte[] bytes) throws IOException {
    Set<StandardOpenOption> once = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel out = FileChannel.open(file, once, OURS)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      out.force(true);
    }
  }

  private static void directory(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    try {
      Files.createDirectory(directory, OURS_DIRECTORY);
    } catch (FileAlreadyExistsException e) {
      return; // another writer was faster
    }
    force(directory.getParent());
  }

  private static void force(@Nullable Path directory) throws IOException {
    if (directory != null) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static Optional<byte[]> content(Path file, int most) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      return bytes.length > most ? Optional.empty() : Optional.of(bytes);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Nothing where it was removed or renamed meanwhile. */
  private static Optional<Instant> writtenAt(Path file) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(file).toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (DirectoryNotEmptyException e) {
      throw new IllegalStateException(file + " is a directory", e);
    } catch (IOException e) {
      // tidied later
    }
  }

  /** What lies in a directory, by name, from {@code least} on; nothing where there is none. */
  private static List<Path> sorted(Path directory, String least) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(p -> p.getFileName().toString().compareTo(least) >= 0).sorted().toList();
    } catch (NoSuchFileException | java.nio.file.NotDirectoryException e) {
      return List.of();
    }
  }
}
