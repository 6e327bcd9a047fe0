package io.ash.app;

import io.ash.app.client.ChildServer;
import io.ash.process.Spawner;
import io.ash.time.Ticker;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Servers that a command starts for itself, each with a temporary data directory; all of them and
 * their directories are gone when it ends, also by a signal.
 */
final class OwnServers implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofSeconds(40);

  private final Vertx vertx;
  private final Ticker ticker;
  private final Spawner spawner = new Spawner();
  private final Path directory;
  private final Deque<Running> running = new ArrayDeque<>();
  private final Thread bySignal = new Thread(this::endAll, "ash-own-servers");

  OwnServers(Vertx vertx, Ticker ticker) {
    this.vertx = vertx;
    this.ticker = ticker;
    try {
      this.directory = Files.createTempDirectory("ash-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(bySignal);
  }

  /**
   * A server that is ready.
   *
   * @param took from its start to its first ready answer
   */
  record Running(ChildServer child, Duration took) {}

  /** Starts a server on a data directory of its own. */
  Running start() {
    return start(directory.resolve("data-" + running.size()), Map.of());
  }

  /** Starts a server on a data directory of its own, with some settings. */
  Running start(Map<String, String> settings) {
    return start(directory.resolve("data-" + running.size()), settings);
  }

  /** Starts a server on a data directory, which may have been used before. */
  Running start(Path data) {
    return start(data, Map.of());
  }

  private Running start(Path data, Map<String, String> settings) {
    ChildServer child =
        Await.result(
            "start of a server",
            ChildServer.start(
                vertx, spawner, ticker, java(), System.getenv(), settings, data, log()),
            START);
    synchronized (running) {
      running.push(new Running(child, Duration.ZERO));
    }
    try {
      return new Running(child, Await.result("start of a server", child.ready(START), START));
    } catch (RuntimeException e) {
      throw new CannotStart(ExitCode.FAILED, e.getMessage() + lastLine());
    }
  }

  /** Stops a server in order; answers its exit code. */
  int stop(ChildServer child) {
    synchronized (running) {
      running.removeIf(r -> r.child() == child);
    }
    return Await.result("stop of a server", child.stop(), STOP);
  }

  /** Where everything of these servers lies. */
  Path directory() {
    return directory;
  }

  /** What they print. */
  Path log() {
    return directory.resolve("server.log");
  }

  @Override
  public void close() {
    while (!running.isEmpty()) {
      stop(running.peek().child());
    }
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(bySignal);
    } catch (IllegalStateException e) {
      // a signal came meanwhile, and the hook does the same
    }
  }

  private void endAll() {
    List<Running> left;
    synchronized (running) {
      left = new ArrayList<>(running);
    }
    left.forEach(r -> Await.result("stop of a server", r.child().stop(), STOP));
    delete();
  }

  private String lastLine() {
    try {
      List<String> lines = Files.readAllLines(log());
      return lines.isEmpty() ? "" : ". It said: " + lines.get(lines.size() - 1);
    } catch (IOException e) {
      return "";
    }
  }

  /** The same Java and the same program this process runs. */
  private static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-Xms16m");
    archive().ifPresent(a -> command.add("-XX:SharedArchiveFile=" + a));
    Path program = program();
    if (Files.isDirectory(program)) {
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.ash.app.Main"));
    } else {
      command.addAll(List.of("-jar", program.toString()));
    }
    return command;
  }

  private static java.util.Optional<String> archive() {
    return java.util.Optional.ofNullable(System.getProperty("ash.archive"))
        .filter(a -> Files.isReadable(Path.of(a)));
  }

  private static Path program() {
    try {
      return Path.of(OwnServers.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private void delete() {
    try {
      if (Files.exists(directory)) {
        Files.walkFileTree(directory, new Removal());
      }
    } catch (IOException e) {
      System.err.println("ash: " + directory + " could not be removed: " + e);
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
        throws IOException {
      Files.delete(dir);
      return FileVisitResult.CONTINUE;
    }
  }
}
