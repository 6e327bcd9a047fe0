package io.ash.link;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.ash.wire.BundleChunk;
import io.ash.wire.CloseSandbox;
import io.ash.wire.DeleteFile;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.FileChunk;
import io.ash.wire.FileList;
import io.ash.wire.InterruptTurn;
import io.ash.wire.ListFiles;
import io.ash.wire.LogPage;
import io.ash.wire.MakeRoom;
import io.ash.wire.OpenSandbox;
import io.ash.wire.ProbeSandbox;
import io.ash.wire.ReadBundle;
import io.ash.wire.ReadFile;
import io.ash.wire.ReadLogs;
import io.ash.wire.RunnerApi;
import io.ash.wire.SetNetwork;
import io.ash.wire.SnapshotSandbox;
import io.ash.wire.StartTurn;
import io.ash.wire.WriteBundle;
import io.ash.wire.WriteFile;
import io.vertx.core.Future;
import java.time.Duration;

/** One runner as seen over the bus. */
final class BusRunner implements RunnerApi {
  private static final Duration ACKNOWLEDGEMENT = ofSeconds(2);
  private static final Duration PROBE = ofMillis(300);
  private static final Duration FILE = ofSeconds(30);
  private static final Duration CLOSE = ofSeconds(30);
  private static final Duration WORKSPACE = ofMinutes(2);
  private static final Duration SLACK = ofSeconds(5);

  private final BusCaller bus;

  BusRunner(BusCaller bus) {
    this.bus = bus;
  }

  static CallTable table(RunnerApi api) {
    return new CallTable()
        .on(OpenSandbox.class, api::open)
        .on(StartTurn.class, api::startTurn)
        .on(InterruptTurn.class, api::interrupt)
        .on(SetNetwork.class, api::setNetwork)
        .on(ProbeSandbox.class, api::probe)
        .on(SnapshotSandbox.class, api::snapshot)
        .on(CloseSandbox.class, api::close)
        .on(MakeRoom.class, api::makeRoom)
        .on(Exec.class, api::exec)
        .on(ReadLogs.class, api::logs)
        .on(ListFiles.class, api::listFiles)
        .on(ReadFile.class, api::readFile)
        .on(WriteFile.class, api::writeFile)
        .on(DeleteFile.class, api::deleteFile)
        .on(ReadBundle.class, api::readBundle)
        .on(WriteBundle.class, api::writeBundle);
  }

  @Override
  public Future<Void> open(OpenSandbox call) {
    return bus.ask(call, ACKNOWLEDGEMENT);
  }

  @Override
  public Future<Void> startTurn(StartTurn call) {
    return bus.ask(call, ACKNOWLEDGEMENT);
  }

  @Override
  public Future<Void> interrupt(InterruptTurn call) {
    return bus.ask(call, ACKNOWLEDGEMENT);
  }

  @Override
  public Future<Void> setNetwork(SetNetwork call) {
    return bus.ask(call, ACKNOWLEDGEMENT);
  }

  @Override
  public Future<Void> probe(ProbeSandbox call) {
    return bus.ask(call, PROBE);
  }

  @Override
  public Future<Void> snapshot(SnapshotSandbox call) {
    return bus.ask(call, WORKSPACE);
  }

  @Override
  public Future<Void> close(CloseSandbox call) {
    return bus.ask(call, CLOSE);
  }

  @Override
  public Future<Void> makeRoom(MakeRoom call) {
    return bus.ask(call, WORKSPACE);
  }

  @Override
  public Future<ExecResult> exec(Exec call) {
    return bus.ask(call, ofMillis(call.timeoutMs()).plus(SLACK));
  }

  @Override
  public Future<LogPage> logs(ReadLogs call) {
    return bus.ask(call, ACKNOWLEDGEMENT);
  }

  @Override
  public Future<FileList> listFiles(ListFiles call) {
    return bus.ask(call, FILE);
  }

  @Override
  public Future<FileChunk> readFile(ReadFile call) {
    return bus.ask(call, FILE);
  }

  @Override
  public Future<Void> writeFile(WriteFile call) {
    return bus.ask(call, FILE);
  }

  @Override
  public Future<Void> deleteFile(DeleteFile call) {
    return bus.ask(call, FILE);
  }

  @Override
  public Future<BundleChunk> readBundle(ReadBundle call) {
    return bus.ask(call, WORKSPACE);
  }

  @Override
  public Future<Void> writeBundle(WriteBundle call) {
    return bus.ask(call, WORKSPACE);
  }
}
