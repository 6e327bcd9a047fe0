package io.ash.runner;

import io.ash.model.NetworkPolicy;
import io.ash.model.Notice;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.runner.dialect.AgentCommand;
import io.ash.runner.dialect.Dialect;
import io.ash.wire.BundleChunk;
import io.ash.wire.ExecResult;
import io.ash.wire.FileChunk;
import io.ash.wire.FileEntry;
import io.ash.wire.FileList;
import io.ash.wire.WriteBundle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Quarters whose files are a map and whose processes are {@link FakeAgentProcess}es. */
final class FakeQuarters implements Quarters, SessionFiles {
  final Map<String, String> files = new HashMap<>();
  final List<FakeAgentProcess> processes = new ArrayList<>();
  final List<String> execs = new ArrayList<>();
  final List<Boolean> installing = new ArrayList<>();
  final List<String> stored = new ArrayList<>();
  final List<String> saved = new ArrayList<>();
  final List<Kept.Since> kept = new ArrayList<>();
  Future<Void> furnished = Future.succeededFuture();
  Consumer<Notice> notices = notice -> {};
  ExecResult execResult = ExecResult.exited(0, "", "");
  Future<Void> beforeExec = Future.succeededFuture();
  Promise<Void> beforeScan = done();
  Future<Void> scanning = Future.succeededFuture();
  Promise<Void> beforeFrozen = done();
  final List<String> frozen = new ArrayList<>();
  boolean stubbornAgents;
  boolean refusesProcesses;
  boolean vacated;
  int scans;
  Basis basis = Basis.AGENT;

  private static Promise<Void> done() {
    Promise<Void> promise = Promise.promise();
    promise.complete();
    return promise;
  }

  FakeAgentProcess agent() {
    return processes.get(processes.size() - 1);
  }

  @Override
  public SessionFiles files() {
    return this;
  }

  @Override
  public Future<Void> installing(boolean on) {
    installing.add(on);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> network(NetworkPolicy policy) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Basis> furnish() {
    return furnished.map(v -> basis);
  }

  @Override
  public Future<Instructions> instructions() {
    return Future.succeededFuture(
        new Instructions(
            files.containsKey("WORKSPACE/install.sh"),
            files.containsKey("WORKSPACE/startup.sh"),
            files.getOrDefault("WORKSPACE/CLAUDE.md", ""),
            files.getOrDefault("HOME/" + Dialect.MEMORY_FILE, "")));
  }

  @Override
  public Future<Void> write(Place place, String path, String text) {
    files.put(place + "/" + path, text);
    return Future.succeededFuture();
  }

  @Override
  public Future<AgentProcess> start(AgentCommand command, AgentProcess.Ear ear) {
    if (refusesProcesses) {
      return Future.failedFuture(new Refused(Refusal.SANDBOX_FAILED, "no process today"));
    }
    FakeAgentProcess process = new FakeAgentProcess(ear);
    process.stubborn = stubbornAgents;
    processes.add(process);
    return Future.succeededFuture(process);
  }

  @Override
  public Future<ExecResult> exec(String command, Duration limit) {
    execs.add(command);
    return beforeExec.map(execResult);
  }

  @Override
  public Future<Scan> scan(Runnable looked) {
    scans++;
    String manifest = "m" + files.hashCode();
    return beforeScan
        .future()
        .onComplete(v -> looked.run())
        .compose(v -> scanning)
        .map(new Scan(manifest, List.of(manifest)));
  }

  @Override
  public void attached(String manifest) {
    saved.add(manifest);
  }

  @Override
  public Future<Boolean> keep(String newest, Kept.Since since) {
    kept.add(since);
    return Future.succeededFuture(!newest.equals("m" + files.hashCode()));
  }

  @Override
  public Future<Void> store(List<String> keys) {
    stored.addAll(keys);
    return Future.succeededFuture();
  }

  @Override
  public Future<FileList> listFiles(boolean includeHidden) {
    return Future.succeededFuture(
        new FileList(files.keySet().stream().map(p -> new FileEntry(p, 1, "")).toList()));
  }

  @Override
  public Future<FileChunk> readFile(String path, long offset, int length) {
    return Future.succeededFuture(new FileChunk(Buffer.buffer(), 0));
  }

  @Override
  public Future<Void> writeFile(String path, Buffer bytes) {
    return write(Place.WORKSPACE, path, bytes.toString());
  }

  @Override
  public Future<Void> deleteFile(String path) {
    files.remove(Place.WORKSPACE + "/" + path);
    return Future.succeededFuture();
  }

  @Override
  public Future<BundleChunk> readBundle(String handle) {
    return Future.succeededFuture(new BundleChunk("", Buffer.buffer(), true));
  }

  @Override
  public Future<Void> writeBundle(WriteBundle call) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> freeze() {
    frozen.add("freeze");
    return beforeFrozen.future();
  }

  @Override
  public Future<Void> thaw() {
    frozen.add("thaw");
    return Future.succeededFuture();
  }

  @Override
  public String facts() {
    return "{\"isolation\":\"fake\"}";
  }

  @Override
  public void onNotice(Consumer<Notice> ear) {
    notices = ear;
  }

  @Override
  public int memoryMb() {
    return 64;
  }

  @Override
  public Future<Void> vacate(Duration grace) {
    vacated = true;
    processes.forEach(FakeAgentProcess::kill);
    return Future.succeededFuture();
  }
}
