package io.ash.runner.sandbox;

import io.ash.time.Ticker;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what an earlier server on the same data directory left: processes, control groups,
 * directories. A server never adopts sandboxes. Blocks.
 */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
  private static final Duration DEATH = Duration.ofSeconds(10);

  private final Path directory;
  private final String cookie;
  private final Signals signals;
  private final Ticker ticker;

  Leftovers(Path directory, String cookie, Signals signals, Ticker ticker) {
    this.directory = directory;
    this.cookie = cookie;
    this.signals = signals;
    this.ticker = ticker;
  }

  /** The file that names the directories of control groups a server used. */
  private Path bases() {
    return directory.resolve("cgroups");
  }

  /** Notes where this server makes groups, for the next one to look. */
  void remember(List<Path> used) throws IOException {
    Files.write(bases(), used.stream().map(Path::toString).toList());
  }

  /** Kills and removes; fails when something does not die. */
  void sweep() throws IOException {
    Set<Path> known = new LinkedHashSet<>();
    if (Files.exists(bases())) {
      Files.readAllLines(bases()).forEach(line -> known.add(Path.of(line)));
    }
    List<Cgroup> groups = new ArrayList<>();
    known.forEach(base -> groups.addAll(Cgroups.below(base)));
    for (Cgroup group : groups) {
      end(new Population(group, cookie, signals), group);
    }
    end(new Population(new Cgroup(List.of()), cookie + "/", signals), new Cgroup(List.of()));
    known.forEach(Cgroups::remove);
    long removed = removeDirectories();
    if (!groups.isEmpty() || removed > 0) {
      LOG.atInfo()
          .addKeyValue("groups", groups.size())
          .addKeyValue("directories", removed)
          .log("removed what an earlier server left; its sessions resume from their snapshots");
    }
  }

  private void end(Population population, Cgroup group) throws IOException {
    long since = ticker.nanos();
    while (!population.empty() || !group.remove()) {
      if (ticker.millisSince(since) > DEATH.toMillis()) {
        throw new SandboxUnavailable(
            "processes that an earlier server left do not die: " + group.directories());
      }
      population.kill();
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while leftovers were removed", e);
    }
  }

  private long removeDirectories() throws IOException {
    long removed = 0;
    for (String name : List.of("live", "launch", "system")) {
      Path path = directory.resolve(name);
      if (name.equals("live") && Files.isDirectory(path)) {
        try (DirectoryStream<Path> sandboxes = Files.newDirectoryStream(path)) {
          for (Path ignored : sandboxes) {
            removed++;
          }
        }
      }
      DirectoryRemoval.remove(path);
    }
    return removed;
  }
}
