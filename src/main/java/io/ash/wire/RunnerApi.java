package io.ash.wire;

import io.vertx.core.Future;

/**
 * What a coordinator may ask of one runner.
 *
 * <p>Every call but {@link #makeRoom} names the {@link io.ash.model.Binding} it is meant for; a
 * runner that does not hold exactly that epoch answers with the refusal {@code SANDBOX_GONE} and
 * does nothing.
 */
public interface RunnerApi {
  /**
   * Starts to prepare a sandbox and acknowledges at once; the outcome comes as {@link
   * SandboxOpened}.
   */
  Future<Void> open(OpenSandbox call);

  /** Hands a turn to the agent; a turn that was started before is left alone. */
  Future<Void> startTurn(StartTurn call);

  /** Changes what the sandbox may reach; answers when it holds. */
  Future<Void> setNetwork(SetNetwork call);

  /** Asks the agent to end the open turn; the end comes as an event. */
  Future<Void> interrupt(InterruptTurn call);

  /** Answers when the sandbox is alive, refuses with {@code SANDBOX_GONE} when it is not. */
  Future<Void> probe(ProbeSandbox call);

  /** Takes a snapshot now and answers when it is attached. */
  Future<Void> snapshot(SnapshotSandbox call);

  /**
   * Ends the open turn, delivers what was said, takes a snapshot where asked, then removes the
   * sandbox; answers when nothing of it is left.
   */
  Future<Void> close(CloseSandbox call);

  /**
   * Gives the sandbox back that has waited longest, with a snapshot; answers when its session was
   * told and its slot is free. Refuses with {@code NO_CAPACITY} and the reason where every sandbox
   * is running or the runner takes nothing new, with {@code SANDBOX_GONE} for another boot.
   */
  Future<Void> makeRoom(MakeRoom call);

  /** Runs a shell command beside the agent. */
  Future<ExecResult> exec(Exec call);

  /** What the processes of the sandbox wrote to their logs. */
  Future<LogPage> logs(ReadLogs call);

  /** Regular files of the workspace, by path. */
  Future<FileList> listFiles(ListFiles call);

  /** Up to a chunk of one file. */
  Future<FileChunk> readFile(ReadFile call);

  /** Replaces or creates one file. */
  Future<Void> writeFile(WriteFile call);

  /** Removes one file. */
  Future<Void> deleteFile(DeleteFile call);

  /** Packs the workspace and answers the first chunk; later chunks by the handle it names. */
  Future<BundleChunk> readBundle(ReadBundle call);

  /** Takes a part of a bundle; the last one is answered when all of it is in the workspace. */
  Future<Void> writeBundle(WriteBundle call);
}
