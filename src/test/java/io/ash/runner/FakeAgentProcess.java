package io.ash.runner;

import io.ash.runner.sandbox.Cause;
import io.ash.runner.sandbox.Exit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/** An agent's process that does what a test says. */
final class FakeAgentProcess implements AgentProcess {
  final List<String> written = new ArrayList<>();
  final List<String> signals = new ArrayList<>();
  final Ear ear;
  boolean paused;
  boolean inputClosed;
  boolean stubborn;
  private final Promise<Exit> exit = Promise.promise();

  FakeAgentProcess(Ear ear) {
    this.ear = ear;
  }

  /** Writes lines to its standard output. */
  void says(String... lines) {
    for (String line : lines) {
      ear.stdout(Buffer.buffer(line + "\n"));
    }
  }

  /** Ends by itself. */
  void exits(Exit how) {
    exit.tryComplete(how);
  }

  @Override
  public Future<Void> write(String text) {
    written.add(text.strip());
    return Future.succeededFuture();
  }

  @Override
  public void closeInput() {
    inputClosed = true;
    if (!stubborn) {
      exits(new Exit(0, 0, Cause.EXITED));
    }
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
  }

  @Override
  public void interrupt() {
    signals.add("INT");
    if (!stubborn) {
      exits(new Exit(130, 2, Cause.SIGNAL));
    }
  }

  @Override
  public void kill() {
    signals.add("KILL");
    exits(new Exit(137, 9, Cause.SIGNAL));
  }

  @Override
  public Future<Exit> exit() {
    return exit.future();
  }
}
