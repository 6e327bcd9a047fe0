package io.ash.runner.dialect;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds programs of the host and what a jail must show of the host so that they run.
 *
 * <p>The jail shows the system directories anyway. Of anything else it gets as little as works: the
 * file alone, its {@code bin} with the {@code lib} beside it, or the {@code node_modules} it lies
 * in; never a whole home directory. Blocking, for the pool that owns process spawning; thread-safe.
 */
public final class Executables {
  /** What every jail shows. */
  public static final List<Path> SYSTEM_DIRECTORIES =
      List.of(
          Path.of("/usr"), Path.of("/bin"), Path.of("/sbin"), Path.of("/lib"), Path.of("/lib64"));

  private static final int MAX_LINKS = 40;
  private static final int MAX_INTERPRETERS = 3;

  private final List<Path> directories;

  /**
   * @param path directories separated by colons, as in the variable {@code PATH}; relative and
   *     empty ones are left out
   */
  public Executables(String path) {
    List<Path> found = new ArrayList<>();
    for (String part : path.split(":")) {
      try {
        if (part.startsWith("/")) {
          found.add(Path.of(part));
        }
      } catch (InvalidPathException e) {
        // not a directory that could hold a program
      }
    }
    directories = List.copyOf(found);
  }

  /** The program of that name on the path, or at that absolute path; nothing for any other text. */
  public Optional<Executable> find(String name) {
    return find(name, MAX_INTERPRETERS);
  }

  /**
   * The same, and where the name is on the path more than once, the first one that every user of
   * the machine can run; the first of all where none is.
   */
  public Optional<Executable> findOpen(String name) {
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
      return find(name);
    }
    return directories.stream()
        .map(d -> d.resolve(name))
        .flatMap(f -> at(f, MAX_INTERPRETERS).stream())
        .filter(e -> e.readOnlyBinds().stream().allMatch(b -> closedToOthers(b).isEmpty()))
        .findFirst()
        .or(() -> find(name));
  }

  /**
   * The first directory or file on the way to a path that other users of the machine may not enter
   * or read; nothing where all of it is open.
   */
  public static Optional<Path> closedToOthers(Path path) {
    Path at = Path.of("/");
    for (Path name : path) {
      at = at.resolve(name);
      try {
        Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(at);
        PosixFilePermission needed =
            Files.isDirectory(at)
                ? PosixFilePermission.OTHERS_EXECUTE
                : PosixFilePermission.OTHERS_READ;
        if (!allowed.contains(needed)) {
          return Optional.of(at);
        }
      } catch (IOException e) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  private Optional<Executable> find(String name, int interpretersLeft) {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    if (name.startsWith("/")) {
      return at(Path.of(name).normalize(), interpretersLeft);
    }
    if (name.contains("/")) {
      return Optional.empty();
    }
    return directories.stream()
        .map(d -> d.resolve(name))
        .flatMap(f -> at(f, interpretersLeft).stream())
        .findFirst();
  }

  private Optional<Executable> at(Path file, int interpretersLeft) {
    if (!Files.isRegularFile(file) || !Files.isExecutable(file)) {
      return Optional.empty();
    }
    try {
      Path real = file.toRealPath();
      Set<Path> binds = new LinkedHashSet<>();
      Set<Path> path = new LinkedHashSet<>();
      // A program may look at the name it was started by, so the link is kept where the jail has
      // it.
      Path start = chainIsSystem(file) ? file : real;
      if (!isSystem(real)) {
        binds.addAll(bindsOf(real));
        path.add(real.resolveSibling(""));
      }
      Optional<String> interpreter = interpreter(real);
      if (interpreter.isPresent()) {
        Optional<Executable> by =
            interpretersLeft == 0
                ? Optional.empty()
                : find(interpreter.get(), interpretersLeft - 1);
        if (by.isEmpty()) {
          return Optional.empty();
        }
        binds.addAll(by.get().readOnlyBinds());
        path.addAll(by.get().searchPath());
      }
      return Optional.of(new Executable(start, List.copyOf(binds), List.copyOf(path)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether every step from a name to its file lies in the system directories. */
  private static boolean chainIsSystem(Path file) throws IOException {
    Path at = file;
    for (int i = 0; i < MAX_LINKS; i++) {
      if (!isSystem(at)) {
        return false;
      }
      if (!Files.isSymbolicLink(at)) {
        return isSystem(at.toRealPath());
      }
      at = at.resolveSibling(Files.readSymbolicLink(at)).normalize();
    }
    return false;
  }

  private static boolean isSystem(Path path) {
    return SYSTEM_DIRECTORIES.stream().anyMatch(path::startsWith);
  }

  private static List<Path> bindsOf(Path real) {
    Path above = Path.of("/");
    for (Path name : real) {
      above = above.resolve(name);
      if (name.toString().equals("node_modules")) {
        return List.of(above);
      }
    }
    Path directory = real.resolveSibling("");
    if (!directory.endsWith("bin")) {
      return List.of(real);
    }
    List<Path> binds = new ArrayList<>(List.of(directory));
    for (String library : List.of("lib", "lib64")) {
      Path beside = directory.resolveSibling(library);
      if (Files.isDirectory(beside, LinkOption.NOFOLLOW_LINKS)) {
        binds.add(beside);
      }
    }
    return binds;
  }

  /** The program a script names in its first line; nothing for a file that is no script. */
  private static Optional<String> interpreter(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(256);
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (!text.startsWith("#!")) {
      return Optional.empty();
    }
    String[] words = text.substring(2).lines().findFirst().orElse("").strip().split("\\s+");
    int i = words[0].endsWith("/env") && words.length > 1 ? 1 : 0;
    if (i == 1 && words[1].equals("-S") && words.length > 2) {
      i = 2;
    }
    return Optional.of(words[i]);
  }
}
