package io.ash.runner;

import io.ash.runner.dialect.AgentCommand;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An agent that was started before its session came. It has heard nothing yet; what it says is kept
 * until somebody listens, and what is too much makes it wait. Confined to the runner loop.
 */
final class EarlyAgent implements AgentProcess.Ear {
  private static final int MOST_KEPT = 64 << 10;

  private final AgentCommand command;
  private final List<Consumer<AgentProcess.Ear>> kept = new ArrayList<>();
  private @Nullable AgentProcess process;
  private AgentProcess.@Nullable Ear listener;
  private int keptBytes;
  private boolean paused;

  private EarlyAgent(AgentCommand command) {
    this.command = command;
  }

  /** Starts it. */
  static Future<EarlyAgent> start(Quarters quarters, AgentCommand command) {
    EarlyAgent agent = new EarlyAgent(command);
    return quarters
        .start(command, agent)
        .map(
            process -> {
              agent.process = process;
              return agent;
            });
  }

  /** Whether it is what this command would start, and still runs. */
  boolean is(AgentCommand wanted) {
    return process != null && !process.exit().isComplete() && command.equals(wanted);
  }

  /** It has a listener now, who is told first what was kept. */
  AgentProcess handOver(AgentProcess.Ear ear) {
    AgentProcess mine = java.util.Objects.requireNonNull(process);
    listener = ear;
    kept.forEach(word -> word.accept(ear));
    kept.clear();
    if (paused) {
      mine.resume();
    }
    return mine;
  }

  /** Ends it; completes when it is gone. */
  Future<Void> end() {
    if (process == null) {
      return Future.succeededFuture();
    }
    listener = SILENCE;
    process.resume();
    process.kill();
    return process.exit().mapEmpty();
  }

  private void say(int bytes, boolean patient, Consumer<AgentProcess.Ear> word) {
    if (listener != null) {
      word.accept(listener);
      return;
    }
    if (keptBytes + bytes > MOST_KEPT && !patient) {
      return;
    }
    keptBytes += bytes;
    kept.add(word);
    if (patient && keptBytes > MOST_KEPT && process != null) {
      paused = true;
      process.pause();
    }
  }

  @Override
  public void stdout(Buffer chunk) {
    say(chunk.length(), true, ear -> ear.stdout(chunk));
  }

  /** A log that nobody reads yet may lose its end. */
  @Override
  public void stderr(Buffer chunk) {
    say(chunk.length(), false, ear -> ear.stderr(chunk));
  }

  @Override
  public void stdoutClosed() {
    say(0, true, AgentProcess.Ear::stdoutClosed);
  }

  private static final AgentProcess.Ear SILENCE =
      new AgentProcess.Ear() {
        @Override
        public void stdout(Buffer chunk) {}

        @Override
        public void stderr(Buffer chunk) {}

        @Override
        public void stdoutClosed() {}
      };
}
