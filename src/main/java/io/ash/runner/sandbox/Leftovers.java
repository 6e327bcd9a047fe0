package io.ash.runner.sandbox;

import io.ash.process.Spawner;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what an earlier server on the same data directory left: processes, control groups,
 * directories. A server never adopts sandboxes. Blocks.
 */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
  private static final List<String> OWN = List.of("launch", "system", "images");

  private final Path directory;
  private final String cookie;
  private final Signals signals;
  private final Spawner spawner;

  /**
   * What an earlier server left in a directory.
   *
   * @param cookie names that server's processes
   */
  Leftovers(Path directory, String cookie, Spawner spawner) {
    this.directory = directory;
    this.cookie = cookie;
    this.signals = new Signals(spawner);
    this.spawner = spawner;
  }

  /** The file that names the directories of control groups a server used. */
  private Path bases() {
    return directory.resolve("cgroups");
  }

  /** Notes where this server makes groups, for the next one to look. */
  void remember(List<Path> used) throws IOException {
    Files.write(bases(), used.stream().map(Path::toString).toList());
  }

  /** Kills and removes what is there now; whether nothing is left. To be repeated until it is. */
  boolean sweep() throws IOException {
    boolean gone = true;
    Set<Path> known = known();
    for (Path base : known) {
      for (Cgroup group : Cgroups.below(base)) {
        gone &= end(group);
      }
    }
    gone &= end(new Cgroup(List.of()));
    if (gone) {
      known.forEach(Cgroups::remove);
      removeDirectories();
    }
    return gone;
  }

  private Set<Path> known() throws IOException {
    Set<Path> known = new LinkedHashSet<>();
    if (Files.exists(bases())) {
      Files.readAllLines(bases()).forEach(line -> known.add(Path.of(line)));
    }
    return known;
  }

  private boolean end(Cgroup group) throws IOException {
    Population population = new Population(group, cookie + "/", signals);
    if (population.empty()) {
      return group.remove();
    }
    population.kill();
    return false;
  }

  /** Images of a server that was killed stay in the mount table of the host. */
  private void unmount() throws IOException {
    String live = directory.resolve("live") + "/";
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String place = line.split(" ")[4].replace("\\040", " ");
      if (place.startsWith(live)) {
        DiskImages.unmount(Path.of(place), spawner);
      }
    }
  }

  private void removeDirectories() throws IOException {
    unmount();
    for (String name : OWN) {
      DirectoryRemoval.remove(directory.resolve(name));
    }
    Path live = directory.resolve("live");
    int count = 0;
    if (Files.isDirectory(live)) {
      try (DirectoryStream<Path> sandboxes = Files.newDirectoryStream(live)) {
        for (Path sandbox : sandboxes) {
          DirectoryRemoval.remove(sandbox);
          count++;
        }
      }
    }
    DirectoryRemoval.remove(live);
    if (count > 0) {
      LOG.atInfo()
          .addKeyValue("sandboxes", count)
          .log("removed what an earlier server left; its sessions resume from their snapshots");
    }
  }
}
