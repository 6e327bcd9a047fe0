package io.ash.testing;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.PoolStats;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.model.TurnStatus;
import io.ash.wire.AppendEvents;
import io.ash.wire.BundleChunk;
import io.ash.wire.CloseSandbox;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.DeleteFile;
import io.ash.wire.EventBatch;
import io.ash.wire.Exec;
import io.ash.wire.ExecResult;
import io.ash.wire.FileChunk;
import io.ash.wire.FileList;
import io.ash.wire.Heartbeat;
import io.ash.wire.HeartbeatReply;
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
import io.ash.wire.RegisterRunner;
import io.ash.wire.Registered;
import io.ash.wire.RunnerApi;
import io.ash.wire.SandboxOpened;
import io.ash.wire.SandboxReleased;
import io.ash.wire.SetNetwork;
import io.ash.wire.SnapshotSandbox;
import io.ash.wire.StartTurn;
import io.ash.wire.Verdict;
import io.ash.wire.WriteBundle;
import io.ash.wire.WriteFile;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A runner without processes: it takes sandboxes on, reports them ready at once, and says what a
 * test tells it to say, numbered as a real one numbers it. Thread-safe.
 */
public final class FakeRunner implements RunnerApi {
  private final String id;
  private final UUID incarnation = UUID.randomUUID();
  private final CoordinatorApi coordinator;
  private final Map<SessionId, Binding> held = new LinkedHashMap<>();
  private final Map<Binding, Long> said = new HashMap<>();
  private final List<StartTurn> turns = new ArrayList<>();
  private final List<OpenSandbox> opens = new ArrayList<>();
  private final List<SetNetwork> networks = new ArrayList<>();
  private @Nullable Refused refusing;
  private @Nullable String failing;
  private int slots;

  public FakeRunner(String id, CoordinatorApi coordinator) {
    this.id = id;
    this.coordinator = coordinator;
  }

  /** Registers with so many slots. */
  public synchronized Future<Registered> register(int slots) {
    this.slots = slots;
    return coordinator.register(new RegisterRunner(id, incarnation, "localhost", 4200, slots));
  }

  /** Sends one heartbeat. */
  public synchronized Future<HeartbeatReply> beat() {
    List<Hosted> hosted =
        held.values().stream().map(b -> new Hosted(b.session(), b.epoch())).toList();
    return coordinator.heartbeat(new Heartbeat(id, incarnation, PoolStats.EMPTY, hosted, slots));
  }

  /** Refuses the next open call. */
  public synchronized void refuseNext(Refused no) {
    refusing = no;
  }

  /** Takes the next open call on and reports then that it failed. */
  public synchronized void failNext(String why) {
    failing = why;
  }

  /** Says events in the name of the sandbox that holds a session. */
  public Future<Verdict> say(SessionId session, Event... events) {
    return say(binding(session), events);
  }

  /** Says events in the name of one epoch, current or not. */
  public synchronized Future<Verdict> say(Binding b, Event... events) {
    long first = said.getOrDefault(b, 0L) + 1;
    said.put(b, first + events.length - 1);
    return coordinator
        .append(new AppendEvents(List.of(new EventBatch(b, first, List.of(events)))))
        .map(a -> a.verdicts().get(0));
  }

  /** Says a message and ends the turn. */
  public Future<Verdict> answer(SessionId session, int turn, String text) {
    return say(
        session,
        new Event(
            turn,
            EventKind.MESSAGE,
            "{\"type\":\"assistant\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\""
                + text
                + "\"}]}}"),
        new Event(turn, EventKind.END, "{\"status\":\"done\"}", TurnStatus.DONE));
  }

  /** The epoch of a session that is held here. */
  public synchronized Binding binding(SessionId session) {
    Binding b = held.get(session);
    if (b == null) {
      throw new IllegalStateException("not held: " + session);
    }
    return b;
  }

  /** Turns that were handed out, in order, repeats included. */
  public synchronized List<StartTurn> turns() {
    return List.copyOf(turns);
  }

  /** Sandboxes that were asked for, in order. */
  public synchronized List<OpenSandbox> opens() {
    return List.copyOf(opens);
  }

  /** Loses a sandbox without telling anybody. */
  public synchronized void lose(SessionId session) {
    held.remove(session);
  }

  @Override
  public synchronized Future<Void> open(OpenSandbox call) {
    opens.add(call);
    if (refusing != null) {
      Refused no = refusing;
      refusing = null;
      return Future.failedFuture(no);
    }
    String failure = failing;
    failing = null;
    if (failure == null) {
      held.put(call.binding().session(), call.binding());
    }
    coordinator.opened(
        new SandboxOpened(
            call.binding(), failure, failure == null ? "" : "sandbox_failed", "{\"ready\":true}"));
    return Future.succeededFuture();
  }

  @Override
  public synchronized Future<Void> startTurn(StartTurn call) {
    return check(call.binding()).onSuccess(v -> turns.add(call));
  }

  private synchronized Future<Void> check(Binding b) {
    return b.equals(held.get(b.session()))
        ? Future.succeededFuture()
        : Future.failedFuture(new Refused(Refusal.SANDBOX_GONE, "not here"));
  }

  @Override
  public Future<Void> interrupt(InterruptTurn call) {
    return check(call.binding())
        .compose(
            v ->
                say(
                    call.binding(),
                    new Event(
                        call.turn(),
                        EventKind.END,
                        "{\"status\":\"interrupted\"}",
                        TurnStatus.INTERRUPTED)))
        .mapEmpty();
  }

  @Override
  public synchronized Future<Void> setNetwork(SetNetwork call) {
    networks.add(call);
    return Future.succeededFuture();
  }

  /** The networks that running sandboxes were told. */
  public synchronized List<SetNetwork> networks() {
    return List.copyOf(networks);
  }

  @Override
  public Future<Void> probe(ProbeSandbox call) {
    return check(call.binding());
  }

  @Override
  public Future<Void> snapshot(SnapshotSandbox call) {
    return check(call.binding());
  }

  @Override
  public synchronized Future<Void> close(CloseSandbox call) {
    return check(call.binding()).onSuccess(v -> held.remove(call.binding().session()));
  }

  /** Gives back the sandbox it has held longest and that no turn was handed to. */
  @Override
  public Future<Void> makeRoom(MakeRoom call) {
    Binding idle;
    synchronized (this) {
      idle =
          held.values().stream()
              .filter(b -> turns.stream().noneMatch(t -> t.binding().equals(b)))
              .findFirst()
              .orElse(null);
    }
    if (idle == null || !call.incarnation().equals(incarnation)) {
      return Future.failedFuture(new Refused(Refusal.NO_CAPACITY, "all running"));
    }
    return release(idle, "evicted", 0);
  }

  /** Gives a sandbox back unasked. */
  public synchronized Future<Void> release(Binding b, String reason, int lastTurn) {
    held.remove(b.session());
    return coordinator.released(new SandboxReleased(b, reason, lastTurn));
  }

  @Override
  public Future<ExecResult> exec(Exec call) {
    return check(call.binding()).map(v -> ExecResult.exited(0, call.command(), ""));
  }

  @Override
  public Future<LogPage> logs(ReadLogs call) {
    return check(call.binding()).map(v -> new LogPage(List.of()));
  }

  @Override
  public Future<FileList> listFiles(ListFiles call) {
    return check(call.binding()).map(v -> new FileList(List.of()));
  }

  @Override
  public Future<FileChunk> readFile(ReadFile call) {
    return check(call.binding()).map(v -> new FileChunk(Buffer.buffer(), 0));
  }

  @Override
  public Future<Void> writeFile(WriteFile call) {
    return check(call.binding());
  }

  @Override
  public Future<Void> deleteFile(DeleteFile call) {
    return check(call.binding());
  }

  @Override
  public Future<BundleChunk> readBundle(ReadBundle call) {
    return check(call.binding()).map(v -> new BundleChunk("", Buffer.buffer(), true));
  }

  @Override
  public Future<Void> writeBundle(WriteBundle call) {
    return check(call.binding());
  }
}
