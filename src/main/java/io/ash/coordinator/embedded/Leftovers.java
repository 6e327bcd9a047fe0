package io.ash.coordinator.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Server processes that still work in a cluster although nobody who is alive owns them.
 *
 * <p>Every process of a server has the cluster as its working directory, so they are found without
 * trusting a pid file; where that link cannot be read (root without CAP_SYS_PTRACE) the pid file
 * and the owner of the process decide. Only for the holder of the {@link DataLock}.
 */
final class Leftovers {
  private static final int PATIENCE_SECONDS = 5;

  private final Commands commands;
  private final Path cluster;

  Leftovers(Commands commands, Path cluster) {
    this.commands = commands;
    this.cluster = cluster;
  }

  /**
   * Ends them: fast shutdown, then immediate shutdown, then kill; returns how many there were once
   * none is left.
   */
  int end() throws IOException {
    Set<Long> found = pids();
    if (found.isEmpty()) {
      Files.deleteIfExists(cluster.resolve("postmaster.pid"));
      return 0;
    }
    for (String signal : new String[] {"INT", "QUIT", "KILL"}) {
      for (long pid : targets(signal)) {
        commands.signal(signal, pid);
      }
      if (gone(pids())) {
        Files.deleteIfExists(cluster.resolve("postmaster.pid"));
        return found.size();
      }
    }
    throw new CannotStart(
        "processes "
            + pids()
            + " of an earlier PostgreSQL still work in "
            + cluster
            + " and cannot be ended; end them, then start again");
  }

  /** A shutdown is asked of the postmaster; without one, and in the end, of every process. */
  private Set<Long> targets(String signal) throws IOException {
    Set<Long> all = pids();
    Optional<Long> postmaster = postmasterPid().filter(all::contains);
    return postmaster.isPresent() && !signal.equals("KILL") ? Set.of(postmaster.get()) : all;
  }

  /** Whether all of them are gone within the time that each signal has. */
  private boolean gone(Set<Long> pids) throws IOException {
    CompletableFuture<?>[] ends =
        pids.stream()
            .flatMap(pid -> ProcessHandle.of(pid).stream())
            .map(ProcessHandle::onExit)
            .toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return pids().isEmpty();
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while an earlier PostgreSQL ends", e);
    }
  }

  private Set<Long> pids() throws IOException {
    Set<Long> found = new HashSet<>();
    for (Path process : Directories.list(Path.of("/proc"))) {
      String name = process.getFileName().toString();
      if (!name.isEmpty() && Character.isDigit(name.charAt(0)) && isPostgres(process)) {
        worksHere(process).filter(here -> here).ifPresent(here -> found.add(Long.parseLong(name)));
      }
    }
    Optional<Long> recorded = postmasterPid();
    if (recorded.isPresent() && isUnreadablePostmaster(recorded.get())) {
      found.add(recorded.get());
    }
    return found;
  }

  private static boolean isPostgres(Path process) {
    try {
      return Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
          .strip()
          .equals("postgres");
    } catch (IOException e) {
      return false; // ended meanwhile
    }
  }

  /** Nothing where the kernel does not let us see. */
  private Optional<Boolean> worksHere(Path process) {
    try {
      return Optional.of(Files.isSameFile(process.resolve("cwd"), cluster));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean isUnreadablePostmaster(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      return isPostgres(process)
          && worksHere(process).isEmpty()
          && Directories.owner(process) == Directories.owner(cluster);
    } catch (java.nio.file.NoSuchFileException e) {
      return false;
    }
  }

  private Optional<Long> postmasterPid() throws IOException {
    return PidFile.read(cluster).map(PidFile::pid);
  }
}
