package io.ash.runner.sandbox;

import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A process started in a sandbox. Confined to the sandbox's event loop.
 *
 * <p>Its output is delivered before its exit is. Where its pipes stay open after its end, because
 * something it left behind holds them, the exit comes after a short wait all the same.
 */
public final class SandboxProcess {
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final Launcher.Launched launched;
  private final Context context;
  private final Timers timers;
  private final PipeReader out;
  private final PipeReader err;
  private final PipeWriter in;
  private final Promise<Exit> exit = Promise.promise();
  private final Promise<Void> outputClosed = Promise.promise();
  private volatile boolean marked;
  private volatile @Nullable Cause killed;
  private int pipesOpen = 2;
  private @Nullable Exit pending;

  SandboxProcess(
      Launcher.Launched launched,
      Context context,
      Timers timers,
      Stdio stdio,
      Pace pace,
      String name) {
    this.launched = launched;
    this.context = context;
    this.timers = timers;
    Process process = launched.process();
    out =
        new PipeReader(
            process.getInputStream(),
            context,
            stdio.stdout(),
            chunk -> chunk,
            pace,
            this::outputEnded);
    err =
        new PipeReader(
            process.getErrorStream(),
            context,
            stdio.stderr(),
            this::seeMark,
            pace,
            this::pipeEnded);
    in = new PipeWriter(process.getOutputStream(), context, "ash-stdin-" + name);
    out.start("ash-stdout-" + name);
    err.start("ash-stderr-" + name);
  }

  /**
   * Watches for the end.
   *
   * @param group counts processes killed for want of memory and those that were refused
   * @param before those counts before the start
   * @param orphans what built the jail is among them when it has ended
   */
  void watch(Cgroup group, Counters before, Orphans orphans) {
    launched
        .process()
        .onExit()
        .thenAccept(
            ended -> {
              Counters counted = group.counters().since(before);
              launched.discardArguments();
              orphans.reap();
              context.runOnContext(v -> ended(Exit.of(ended.exitValue(), counted, marked, killed)));
            });
  }

  /** How it ended; completes once, after its output was delivered. */
  public Future<Exit> exit() {
    return exit.future();
  }

  /** Completes when it closed its standard output; it may still be alive. */
  public Future<Void> outputClosed() {
    return outputClosed.future();
  }

  /**
   * Queues bytes for its standard input; completes when the pipe has taken them. Fails with {@link
   * io.ash.model.Refused} when the process has not read for too long.
   */
  public Future<Void> write(Buffer bytes) {
    return in.write(bytes);
  }

  /** Whether a writer should wait for {@link #drainHandler}. */
  public boolean writeQueueFull() {
    return in.full();
  }

  /** Called each time a full queue has become empty. */
  public void drainHandler(Handler<Void> handler) {
    in.onDrain(() -> handler.handle(null));
  }

  /** Closes its standard input after what is queued. */
  public void closeInput() {
    in.close();
  }

  /** Delivers no more standard output until {@link #resume}; soon the process blocks in writing. */
  public void pause() {
    out.pause();
  }

  /** Delivers standard output again. */
  public void resume() {
    out.resume();
  }

  /** Kills it at once with everything its jail holds; other processes of the sandbox go on. */
  public void kill() {
    kill(Cause.KILLED);
  }

  /** Kills it for a reason; the first reason given is the one its exit shows. Blocks shortly. */
  void kill(Cause why) {
    if (killed == null) {
      killed = why;
    }
    ProcessTree.descendants(pid(), 0).forEach(ProcessTree::kill);
    launched.process().destroyForcibly();
  }

  long pid() {
    return launched.process().pid();
  }

  boolean alive() {
    return launched.process().isAlive();
  }

  private Buffer seeMark(Buffer chunk) {
    if (marked || chunk.getByte(0) != Launcher.MARK) {
      return chunk;
    }
    marked = true;
    launched.discardArguments();
    return chunk.slice(1, chunk.length());
  }

  private void outputEnded() {
    outputClosed.tryComplete();
    pipeEnded();
  }

  private void pipeEnded() {
    pipesOpen--;
    complete();
  }

  private void ended(Exit how) {
    pending = how;
    in.close();
    complete();
    if (pipesOpen > 0) {
      timers.once(
          LAST_WORDS,
          () -> {
            out.abandon();
            err.abandon();
            pipesOpen = 0;
            complete();
          });
    }
  }

  private void complete() {
    if (pending != null && pipesOpen <= 0) {
      exit.tryComplete(pending);
    }
  }
}
