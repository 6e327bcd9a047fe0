package io.ash.runner;

import io.ash.runner.sandbox.Exit;
import io.ash.runner.sandbox.Sandbox;
import io.ash.runner.sandbox.SandboxProcess;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** An agent's process in its sandbox. Confined to the runner loop. */
final class JailProcess implements AgentProcess {
  private final Sandbox sandbox;
  private final SandboxProcess process;

  JailProcess(Sandbox sandbox, SandboxProcess process) {
    this.sandbox = sandbox;
    this.process = process;
  }

  @Override
  public Future<Void> write(String text) {
    return process.write(Buffer.buffer(text));
  }

  @Override
  public void closeInput() {
    process.closeInput();
  }

  @Override
  public void pause() {
    process.pause();
  }

  @Override
  public void resume() {
    process.resume();
  }

  @Override
  public void interrupt() {
    sandbox.interrupt(process);
  }

  @Override
  public void kill() {
    sandbox.kill(process);
  }

  @Override
  public Future<Exit> exit() {
    return process.exit();
  }
}
