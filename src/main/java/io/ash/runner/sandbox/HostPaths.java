package io.ash.runner.sandbox;

import io.ash.process.Spawner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells where the unprivileged builder of a jail finds a path of the host.
 *
 * <p>A server that runs as root gives each sandbox a user of its own, and that user cannot pass a
 * directory such as /root. Such paths are bound to a passable place in a mount namespace that only
 * the builders enter; one small process holds it and ends with the server. Thread-safe; blocks.
 */
final class HostPaths implements AutoCloseable {
  private static final List<String> PLACES = List.of("/mnt", "/media", "/srv", "/opt");

  /**
   * Takes away what no jail is made from, because bubblewrap reads the whole mount table a dozen
   * times for each process it starts. Twice, for what is mounted over something else.
   */
  private static final String BARE =
      "for i in 1 2; do umount --lazy --recursive /sys /dev/pts /dev/shm /dev/mqueue /dev/hugepages;"
          + " done </dev/null >/dev/null 2>&1; ";

  private final boolean root;
  private final Spawner spawner;
  private final Map<Path, String> bound = new LinkedHashMap<>();
  private @Nullable Process keeper;
  private String place = "";

  HostPaths(boolean root, Spawner spawner) {
    this.root = root;
    this.spawner = spawner;
  }

  /** The name of an absolute path for the builder of a jail. */
  synchronized String of(Path path) throws IOException {
    if (!root) {
      return path.toString();
    }
    for (Map.Entry<Path, String> known : bound.entrySet()) {
      if (path.equals(known.getKey())) {
        return known.getValue();
      }
      if (path.startsWith(known.getKey())) {
        return known.getValue() + "/" + known.getKey().relativize(path);
      }
    }
    return passable(path) ? path.toString() : bind(path);
  }

  /** Holds a namespace even where every path can be reached: what is mounted later is not in it. */
  synchronized void hold() throws IOException {
    if (root && keeper == null) {
      keeper = keep();
    }
  }

  /** The mount namespace the builders must enter, null for the one of the server. */
  synchronized @Nullable String namespace() {
    return keeper == null ? null : "/proc/" + keeper.pid() + "/ns/mnt";
  }

  @Override
  public synchronized void close() {
    if (keeper != null) {
      keeper.destroyForcibly();
    }
  }

  private static boolean passable(Path path) throws IOException {
    for (Path dir = path.getParent(); dir != null; dir = dir.getParent()) {
      if (!Files.getPosixFilePermissions(dir).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  private String bind(Path path) throws IOException {
    Process holder = keeper == null ? keep() : keeper;
    keeper = holder;
    if (place.isEmpty()) {
      place = furnish(holder, path);
    }
    String target = place + "/" + bound.size();
    String make = Files.isDirectory(path) ? "mkdir \"$2\"" : ": >\"$2\"";
    Process mount =
        start(
            "nsenter",
            "--mount=/proc/" + holder.pid() + "/ns/mnt",
            "/bin/sh",
            "-c",
            make + " && mount --rbind \"$1\" \"$2\" && echo bound",
            "ash-bind",
            path.toString(),
            target);
    expect(mount, "bound", path);
    bound.put(path, target);
    return target;
  }

  private Process keep() throws IOException {
    Process started =
        start(
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "/bin/sh",
            "-c",
            "echo kept; " + BARE + "exec cat",
            "ash-paths");
    expect(started, "kept", Path.of("/"));
    return started;
  }

  /** Makes the passable place, which hides a directory of the host from the builders. */
  private String furnish(Process holder, Path path) throws IOException {
    String chosen =
        PLACES.stream()
            .filter(name -> Files.isDirectory(Path.of(name)) && !path.startsWith(name))
            .findFirst()
            .orElseThrow(() -> unreachable(path, "none of " + PLACES + " exists"));
    Process mount =
        start(
            "nsenter",
            "--mount=/proc/" + holder.pid() + "/ns/mnt",
            "/bin/sh",
            "-c",
            "mount -t tmpfs -o mode=755,size=64k ash-paths \"$1\" && echo furnished",
            "ash-paths",
            chosen);
    expect(mount, "furnished", path);
    return chosen;
  }

  private Process start(String program, String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = Programs.need(program, "util-linux");
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    ProcessBuilder builder = Spawner.builder(command);
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.redirectErrorStream(true);
    return Spawned.await(spawner.start(builder));
  }

  /** Reads the first line only: the process that holds the namespace goes on. */
  private static void expect(Process process, String word, Path path) throws IOException {
    InputStream out = process.getInputStream();
    BufferedReader lines = new BufferedReader(new InputStreamReader(out, StandardCharsets.UTF_8));
    String line = lines.readLine();
    if (!word.equals(line)) {
      process.destroyForcibly();
      throw unreachable(path, line == null ? "no answer" : line);
    }
  }

  private static SandboxUnavailable unreachable(Path path, String why) {
    return new SandboxUnavailable(
        "the users of sandboxes cannot pass the directories above "
            + path
            + " and it cannot be shown elsewhere ("
            + why
            + "); move it below directories that everybody may pass (chmod o+x)");
  }
}
