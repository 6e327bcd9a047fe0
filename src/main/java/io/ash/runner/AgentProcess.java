package io.ash.runner;

import io.ash.runner.sandbox.Exit;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** The process of an agent as its host sees it. Confined to the runner loop. */
interface AgentProcess {
  /** Queues text for its standard input; a failure means that it does not take it. */
  Future<Void> write(String text);

  /** Closes its standard input after what is queued: the polite way to say that it may end. */
  void closeInput();

  /** Delivers no more standard output, so that the process comes to a halt in writing. */
  void pause();

  /** Delivers standard output again. */
  void resume();

  /** Sends SIGINT. */
  void interrupt();

  /** Ends it at once. */
  void kill();

  /** How it ended; completes once, after all its output was delivered. */
  Future<Exit> exit();

  /** Takes what a process writes, in chunks that may cut lines and characters. */
  interface Ear {
    /** Standard output. */
    void stdout(Buffer chunk);

    /** Standard error. */
    void stderr(Buffer chunk);

    /** Standard output was closed; the process may still be alive. */
    void stdoutClosed();
  }
}
