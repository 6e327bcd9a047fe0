package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.LimitKind;
import io.ash.model.PoolStats;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.time.Confined;
import io.ash.wire.BundleChunk;
import io.ash.wire.CloseSandbox;
import io.ash.wire.DeleteFile;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.FileChunk;
import io.ash.wire.FileList;
import io.ash.wire.Hosted;
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
import io.ash.wire.SandboxOpened;
import io.ash.wire.SetNetwork;
import io.ash.wire.SnapshotSandbox;
import io.ash.wire.StartTurn;
import io.ash.wire.WarmSpec;
import io.ash.wire.WarmWish;
import io.ash.wire.WriteBundle;
import io.ash.wire.WriteFile;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers for the sandboxes of one boot of a runner. Confined to the runner loop. */
final class Runner implements RunnerApi {
  private static final Logger LOG = LoggerFactory.getLogger(Runner.class);
  private static final int MAX_EXEC_MS = 300_000;

  private final String id;
  private final UUID incarnation;
  private final HostTools tools;
  private final WarmSandboxes warm;
  private final PoolConfig config;
  private final Room room;
  private final Pool pool;
  private final Releases releases;
  private final IdleSandboxes idle;
  private final Map<SessionId, SessionHost> hosts = new LinkedHashMap<>();
  private final Confined loop = new Confined();
  private boolean draining;
  private boolean closing;

  /**
   * A runner without a sandbox.
   *
   * @param room what the machine bears
   */
  Runner(
      String id,
      UUID incarnation,
      PoolConfig config,
      Room room,
      HostTools tools,
      Lodgings lodgings,
      Spares spares) {
    this.id = id;
    this.incarnation = incarnation;
    this.config = config;
    this.room = room;
    this.tools = tools;
    this.warm = new WarmSandboxes(id, incarnation, tools, lodgings, spares, this::hasRoomFor);
    this.pool = new Pool(config.maxSandboxes());
    this.releases = new Releases(pool, tools);
    this.idle = new IdleSandboxes(pool, releases, config);
  }

  @Override
  public Future<Void> open(OpenSandbox call) {
    loop.check();
    Binding binding = call.binding();
    if (!isMine(binding)) {
      return gone();
    }
    SessionHost present = hosts.get(binding.session());
    long epoch = present == null ? pool.taking(binding.session()) : present.binding().epoch();
    if (epoch == binding.epoch()) {
      return present == null || present.phase().open() ? Future.succeededFuture() : gone();
    }
    if (epoch > binding.epoch()) {
      return gone();
    }
    if (draining || closing) {
      String why = closing ? "the runner is shutting down" : "the runner is draining";
      return Future.failedFuture(new Refused(Refusal.NO_CAPACITY, why));
    }
    if (present != null) {
      present.fenced("the session was bound anew");
    }
    int memoryMb = room.promised(call.runtime().limits().asked().get(LimitKind.MEMORY));
    String full = full(memoryMb);
    if (!full.isEmpty() && !warm.has(call)) {
      // Whoever waits for nobody makes way first.
      return warm.isEmpty()
          ? Future.failedFuture(new Refused(Refusal.NO_CAPACITY, full))
          : warm.giveUp().transform(gone -> open(call));
    }
    pool.take(binding.session(), binding.epoch(), memoryMb);
    warm.take(call)
        .onComplete(done -> pool.taken(binding.session(), binding.epoch()))
        .compose(lodging -> moveIn(call, lodging))
        .onFailure(e -> reportFailure(binding, e));
    return Future.succeededFuture();
  }

  /** Why there is no place for another sandbox; empty where there is. */
  private String full(int memoryMb) {
    boolean place = pool.size() + warm.warming() + warm.warm() < config.maxSandboxes();
    long committed =
        pool.committedMb()
            + warm.specs().stream().mapToLong(s -> room.promised(WarmSandbox.memoryMb(s))).sum();
    return place
        ? room.refuses(committed, memoryMb).orElse("")
        : "the runner is full: " + config.maxSandboxes() + " sandboxes (ASH_MAX_SANDBOXES)";
  }

  private boolean hasRoomFor(WarmSpec spec) {
    return !draining && !closing && full(room.promised(WarmSandbox.memoryMb(spec))).isEmpty();
  }

  /** Keeps sandboxes ready as is wished. */
  void keepWarm(List<WarmWish> wishes) {
    loop.check();
    warm.wish(draining || closing ? List.of() : wishes);
  }

  private Future<Void> moveIn(OpenSandbox call, Lodgings.Lodging lodging) {
    loop.check();
    SessionId session = call.binding().session();
    SessionHost present = hosts.get(session);
    boolean overtaken =
        closing
            || (present != null && present.binding().epoch() >= call.binding().epoch())
            || pool.taking(session) > call.binding().epoch();
    if (overtaken) {
      return lodging.quarters().vacate(Duration.ZERO).compose(v -> gone());
    }
    if (present != null) {
      present.fenced("the session was bound anew");
    }
    SessionHost host = new SessionHost(call, lodging.quarters(), tools, lodging.dialects());
    pool.add(host);
    hosts.put(session, host);
    host.gone()
        .onComplete(
            done -> {
              pool.remove(host);
              hosts.remove(session, host);
            });
    host.prepare()
        .onComplete(
            done -> {
              if (!host.phase().open()) {
                return; // whoever closed it knows
              }
              if (done.succeeded()) {
                report(host);
              } else {
                failed(host, done.cause());
              }
            });
    return Future.succeededFuture();
  }

  private void failed(SessionHost host, Throwable cause) {
    host.close(false, reportFailure(host.binding(), cause));
  }

  /** Where the epoch is over meanwhile nobody minds, and the answer says so. */
  private String reportFailure(Binding binding, Throwable cause) {
    Refused no = cause instanceof Refused refused ? refused : null;
    String text =
        no == null ? "the sandbox could not be prepared: " + cause.getMessage() : no.text();
    String code = (no == null ? Refusal.SANDBOX_FAILED : no.refusal()).code();
    LOG.atWarn()
        .addKeyValue("session", binding.session())
        .addKeyValue("epoch", binding.epoch())
        .setCause(no == null ? cause : null)
        .log("a sandbox could not be prepared and is removed: {}", text);
    SandboxOpened outcome = new SandboxOpened(binding, text, code, "{}");
    releases.untilAnswered(() -> tools.coordinator().opened(outcome));
    return text;
  }

  private void report(SessionHost host) {
    SandboxOpened outcome = new SandboxOpened(host.binding(), null, "", host.facts());
    releases
        .untilAnswered(() -> tools.coordinator().opened(outcome))
        .onFailure(no -> host.fenced(String.valueOf(no.getMessage())));
  }

  @Override
  public Future<Void> startTurn(StartTurn call) {
    return with(call.binding(), host -> host.startTurn(call));
  }

  @Override
  public Future<Void> interrupt(InterruptTurn call) {
    return with(call.binding(), host -> host.interrupt(call.turn()));
  }

  @Override
  public Future<Void> setNetwork(SetNetwork call) {
    return with(call.binding(), host -> host.network(call.policy()));
  }

  @Override
  public Future<Void> probe(ProbeSandbox call) {
    return with(call.binding(), host -> host.phase().open() ? Future.succeededFuture() : gone());
  }

  @Override
  public Future<Void> snapshot(SnapshotSandbox call) {
    return with(call.binding(), SessionHost::snapshot);
  }

  @Override
  public Future<Void> close(CloseSandbox call) {
    return with(call.binding(), host -> host.close(call.snapshot(), call.reason()));
  }

  @Override
  public Future<Void> makeRoom(MakeRoom call) {
    loop.check();
    if (!call.runner().equals(id) || !call.incarnation().equals(incarnation)) {
      return gone();
    }
    if (draining || closing) {
      return Future.failedFuture(new Refused(Refusal.NO_CAPACITY, "the runner is shutting down"));
    }
    return room.closed()
        .map(why -> Future.<Void>failedFuture(new Refused(Refusal.NO_CAPACITY, why)))
        .orElseGet(releases::evict);
  }

  @Override
  public Future<ExecResult> exec(Exec call) {
    if (call.timeoutMs() < 1 || call.timeoutMs() > MAX_EXEC_MS) {
      return Future.failedFuture(
          new Refused(Refusal.INVALID_REQUEST, "timeoutMs must be from 1 to " + MAX_EXEC_MS));
    }
    return with(
        call.binding(),
        host -> host.beside().exec(call.command(), Duration.ofMillis(call.timeoutMs())));
  }

  @Override
  public Future<LogPage> logs(ReadLogs call) {
    return with(call.binding(), host -> Future.succeededFuture(host.logs(call.after())));
  }

  @Override
  public Future<FileList> listFiles(ListFiles call) {
    return with(
        call.binding(),
        host -> host.beside().looking(files -> files.listFiles(call.includeHidden())));
  }

  @Override
  public Future<FileChunk> readFile(ReadFile call) {
    return with(
        call.binding(),
        host ->
            host.beside()
                .looking(files -> files.readFile(call.path(), call.offset(), call.length())));
  }

  @Override
  public Future<Void> writeFile(WriteFile call) {
    return with(
        call.binding(),
        host -> host.beside().changing(files -> files.writeFile(call.path(), call.bytes())));
  }

  @Override
  public Future<Void> deleteFile(DeleteFile call) {
    return with(
        call.binding(), host -> host.beside().changing(files -> files.deleteFile(call.path())));
  }

  @Override
  public Future<BundleChunk> readBundle(ReadBundle call) {
    return with(
        call.binding(), host -> host.beside().looking(files -> files.readBundle(call.handle())));
  }

  @Override
  public Future<Void> writeBundle(WriteBundle call) {
    return with(call.binding(), host -> host.beside().bundle(call));
  }

  /** What it does at the moment. */
  PoolStats stats() {
    loop.check();
    return pool.stats(warm);
  }

  /** Every sandbox that answers for its session. */
  List<Hosted> hosted() {
    loop.check();
    return hosts.values().stream()
        .map(h -> new Hosted(h.binding().session(), h.binding().epoch()))
        .toList();
  }

  /** Drops sandboxes that are no longer its own. */
  void drop(List<Hosted> named) {
    loop.check();
    for (Hosted h : named) {
      SessionHost host = hosts.get(h.session());
      if (host != null && host.binding().epoch() == h.epoch()) {
        host.fenced("the session was bound elsewhere");
      }
    }
  }

  /** Most sandboxes at the moment, by places and by what the machine bears. */
  int cap() {
    loop.check();
    return room.cap(pool.size(), pool.committedMb());
  }

  /** Freezes sandboxes whose sessions wait, and gives back those that waited too long. */
  Future<Void> tidyIdle() {
    loop.check();
    return idle.round();
  }

  /** Gives one sandbox back because memory runs out; fails where every one is running. */
  Future<Void> shrink() {
    loop.check();
    return warm.isEmpty() ? releases.evict() : warm.giveUp();
  }

  /** Whether new sandboxes are refused for the time being. */
  void drain(boolean on) {
    loop.check();
    draining = on;
  }

  /** Takes nothing new, saves and removes every sandbox; completes when none is left. */
  Future<Void> closeAll(String reason) {
    loop.check();
    closing = true;
    List<Future<Void>> all = new ArrayList<>(List.of(warm.close()));
    pool.all().forEach(h -> all.add(h.close(true, reason)));
    return Future.join(all).mapEmpty();
  }

  private <T> Future<T> with(Binding binding, Function<SessionHost, Future<T>> work) {
    loop.check();
    SessionHost host = isMine(binding) ? hosts.get(binding.session()) : null;
    return host != null && host.binding().epoch() == binding.epoch() ? work.apply(host) : gone();
  }

  private boolean isMine(Binding binding) {
    return binding.runner().equals(id) && binding.incarnation().equals(incarnation);
  }

  private static <T> Future<T> gone() {
    return Future.failedFuture(
        new Refused(Refusal.SANDBOX_GONE, "this runner does not hold that sandbox"));
  }
}
