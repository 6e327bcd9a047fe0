package io.ash.runner;

import io.ash.runner.dialect.AgentCommand;
import io.ash.runner.dialect.AgentSettings;
import io.ash.runner.dialect.Dialect;
import io.ash.runner.dialect.Exit;
import io.ash.runner.dialect.Heard;
import io.ash.runner.dialect.LineSplitter;
import io.ash.runner.dialect.TurnOptions;
import io.ash.time.Confined;
import io.ash.time.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The agent of one host: its dialect and, most of the time, a process that speaks it. Confined to
 * the runner loop.
 */
final class AgentSeat {
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Dialect dialect;
  private final Quarters quarters;
  private final Timers timers;
  private final LogRing log;
  private final Consumer<Heard> ear;
  private boolean resumed;
  private boolean held;
  private @Nullable Running running;
  private final Confined loop = new Confined();

  /**
   * The seat of an agent.
   *
   * @param resumed whether the session had a process before
   * @param ear takes what comes of the process's lines and of its end
   */
  AgentSeat(
      Dialect dialect,
      Quarters quarters,
      Timers timers,
      LogRing log,
      boolean resumed,
      Consumer<Heard> ear) {
    this.dialect = dialect;
    this.quarters = quarters;
    this.timers = timers;
    this.log = log;
    this.resumed = resumed;
    this.ear = ear;
  }

  Dialect dialect() {
    return dialect;
  }

  boolean occupied() {
    return running != null;
  }

  /** Starts a process and greets it; fails with what the dialect or the sandbox refuses. */
  Future<Void> launch(AgentSettings settings, TurnOptions options) {
    AgentCommand command;
    try {
      command = dialect.launch(settings, options);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
    Future<Void> files = Future.succeededFuture();
    for (Map.Entry<String, String> f : command.homeFiles().entrySet()) {
      files =
          files.compose(
              v -> quarters.files().write(SessionFiles.Place.HOME, f.getKey(), f.getValue()));
    }
    Running next = new Running();
    return files.compose(v -> quarters.start(command, next)).map(process -> seat(next, process));
  }

  private @Nullable Void seat(Running next, AgentProcess process) {
    loop.check();
    next.process = process;
    running = next;
    if (held) {
      process.pause();
    }
    process.exit().onSuccess(exit -> gone(next, exit));
    write(dialect.greet(resumed));
    resumed = true;
    return null;
  }

  /** Writes lines to the agent; one that cannot take them is about to end, which says why. */
  void write(List<String> lines) {
    Running now = running;
    if (now == null || now.process == null) {
      return;
    }
    for (String line : lines) {
      now.process
          .write(line + "\n")
          .onFailure(e -> log.system("a line for the agent was not taken: " + e.getMessage()));
    }
  }

  /** Stops listening: the process comes to a halt in writing. */
  void hold() {
    held = true;
    if (running != null && running.process != null) {
      running.process.pause();
    }
  }

  /** Listens again. */
  void release() {
    held = false;
    if (running != null && running.process != null) {
      running.process.resume();
    }
  }

  /** Sends SIGINT. */
  void interrupt() {
    if (running != null && running.process != null) {
      running.process.interrupt();
    }
  }

  /** Ends the process at once. */
  void kill() {
    if (running != null && running.process != null) {
      running.process.resume();
      running.process.kill();
    }
  }

  /** Asks the process to end and makes it end after a grace; completes when its end was heard. */
  Future<Void> stop(String why) {
    Running now = running;
    if (now == null || now.process == null) {
      return Future.succeededFuture();
    }
    if (now.askedWhy == null) {
      now.askedWhy = why;
    }
    AgentProcess process = now.process;
    process.resume();
    process.closeInput();
    Timers.Handle late = timers.once(GRACE, process::kill);
    return now.gone.future().onComplete(done -> late.cancel());
  }

  private void gone(Running was, io.ash.runner.sandbox.Exit exit) {
    loop.check();
    was.out.end();
    was.err.end();
    if (running == was) {
      running = null;
    }
    boolean asked = was.askedWhy != null;
    String why = asked ? was.askedWhy : reason(was, exit);
    ear.accept(dialect.exited(new Exit(exit.code(), asked, why)));
    was.gone.complete();
  }

  private @Nullable String reason(Running was, io.ash.runner.sandbox.Exit exit) {
    return switch (exit.cause()) {
      case OUT_OF_MEMORY -> "out of memory: the limit is " + quarters.memoryMb() + " MiB";
      case NOT_LAUNCHED -> "its sandbox could not be built: " + was.lastWords;
      case DISK_LIMIT -> "the sandbox holds more than its disk limit";
      case FILE_SIZE -> "it made a file larger than its disk limit";
      case PROCESS_LIMIT -> "it could not start another process: the limit is reached";
      case TIMEOUT -> "its time was over";
      case EXITED, SIGNAL, KILLED -> was.closedOutput ? "it had closed its output" : null;
    };
  }

  /** One process and what is known about it. */
  private final class Running implements AgentProcess.Ear {
    private final Promise<Void> gone = Promise.promise();
    private final LineSplitter out = new LineSplitter(LineSplitter.MAX_LINE_BYTES, new Stdout());
    private final LineSplitter err = new LineSplitter(LogRing.MAX_LINE, new Stderr());
    private @Nullable AgentProcess process;
    private @Nullable String askedWhy;
    private String lastWords = "";
    private boolean closedOutput;

    @Override
    public void stdout(Buffer chunk) {
      out.write(chunk);
    }

    @Override
    public void stderr(Buffer chunk) {
      err.write(chunk);
    }

    @Override
    public void stdoutClosed() {
      timers.once(
          GRACE,
          () -> {
            if (running == this && process != null) {
              closedOutput = true;
              process.kill();
            }
          });
    }

    private final class Stdout implements LineSplitter.Lines {
      @Override
      public void line(String text) {
        ear.accept(dialect.hear(text));
      }

      @Override
      public void tooLong(int maxBytes) {
        ear.accept(dialect.hearTooLong());
      }
    }

    private final class Stderr implements LineSplitter.Lines {
      @Override
      public void line(String text) {
        lastWords = text;
        log.stderr(text);
      }

      @Override
      public void tooLong(int maxBytes) {
        log.system("a line of the agent's stderr over " + maxBytes + " bytes was skipped");
      }
    }
  }
}
