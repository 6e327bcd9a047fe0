package io.ash.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * The real {@code claude} command line for tests: the one on {@code PATH}, else one that npm puts
 * into a cache below the temporary directory (about 235 MB, once).
 */
public final class ClaudeCommandLine {
  private static final String PACKAGE = "@anthropic-ai/claude-code@2.1.197";

  private ClaudeCommandLine() {}

  /** Its path; aborts the test with the reason where neither is to be had. */
  public static synchronized Path find() {
    for (String directory : System.getenv("PATH").split(":")) {
      Path file = Path.of(directory, "claude");
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    Path cache = Path.of(System.getProperty("java.io.tmpdir"), "ash-test-claude-code");
    try {
      if (binary(cache) == null) {
        install(cache);
      }
      Path found = binary(cache);
      if (found != null) {
        return found;
      }
    } catch (IOException e) {
      throw new TestAbortedException("claude is not on PATH and npm cannot install it: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestAbortedException("interrupted while npm was installing claude");
    }
    throw new TestAbortedException(
        "claude is not on PATH and npm could not deliver " + PACKAGE + "; see " + log(cache));
  }

  private static void install(Path cache) throws IOException, InterruptedException {
    Files.createDirectories(cache);
    Process npm =
        new ProcessBuilder("npm", "install", "--prefix", cache.toString(), "--no-audit", PACKAGE)
            .redirectErrorStream(true)
            .redirectOutput(log(cache).toFile())
            .start();
    if (!npm.waitFor(5, TimeUnit.MINUTES)) {
      npm.destroyForcibly();
    }
  }

  /** The binary of the platform's own package: it is there even where npm ran no install script. */
  private static Path binary(Path cache) throws IOException {
    Path packages = cache.resolve("node_modules/@anthropic-ai");
    if (!Files.isDirectory(packages)) {
      return null;
    }
    try (Stream<Path> each = Files.list(packages)) {
      List<Path> found =
          each.map(p -> p.resolve("claude")).filter(Files::isExecutable).sorted().toList();
      return found.isEmpty() ? null : found.get(0);
    }
  }

  private static Path log(Path cache) {
    return cache.resolve("npm-install.log");
  }
}
