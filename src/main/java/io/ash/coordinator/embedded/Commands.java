package io.ash.coordinator.embedded;

import io.ash.process.Spawner;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs short commands of the system and waits for them. Thread-safe; every call blocks. */
final class Commands {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final int LIMIT_SECONDS = 60;

  private final Spawner spawner;

  Commands(Spawner spawner) {
    this.spawner = spawner;
  }

  /**
   * How a command ended.
   *
   * @param code its exit code
   * @param output what it printed on both streams, without blanks at the ends
   */
  record Result(int code, String output) {
    boolean succeeded() {
      return code == 0;
    }
  }

  /** The full path of a program of the system, where it is installed. */
  static Optional<String> find(String program) {
    return Stream.of(PATH.split(":"))
        .map(dir -> Path.of(dir, program))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /** A builder for a command that reads nothing, in the root directory, with a plain locale. */
  static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = Spawner.builder(command.toArray(String[]::new));
    builder.directory(new File("/"));
    builder.environment().put("PATH", PATH);
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("TZ", "UTC");
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    return builder;
  }

  /** Starts a child from the thread that never ends. */
  Process spawn(ProcessBuilder builder) throws IOException {
    try {
      return spawner.start(builder).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting " + builder.command().get(0), e);
    }
  }

  /**
   * Runs a command to its end; one that takes longer than a minute is killed. What it prints must
   * fit into a pipe.
   */
  Result run(List<String> command) throws IOException {
    Process process = spawn(builder(command));
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command.get(0) + " did not end within " + LIMIT_SECONDS + " s");
      }
      byte[] output = process.getInputStream().readAllBytes();
      return new Result(process.exitValue(), new String(output, StandardCharsets.UTF_8).strip());
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while running " + command.get(0), e);
    }
  }

  /** Sends a signal such as INT or QUIT; a process that is gone already is no error. */
  void signal(String name, long pid) throws IOException {
    run(List.of("/bin/sh", "-c", "kill -$1 $2", "sh", name, Long.toString(pid)));
  }
}
