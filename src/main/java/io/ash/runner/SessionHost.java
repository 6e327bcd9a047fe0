package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.EventKind;
import io.ash.model.NetworkPolicy;
import io.ash.model.Notice;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.TurnStatus;
import io.ash.runner.dialect.AgentSettings;
import io.ash.runner.dialect.Dialect;
import io.ash.runner.dialect.Heard;
import io.ash.runner.dialect.Turn;
import io.ash.runner.dialect.TurnOptions;
import io.ash.time.Confined;
import io.ash.wire.LogPage;
import io.ash.wire.OpenSandbox;
import io.ash.wire.StartTurn;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One epoch of a session on this runner: its agent, its turns, its end.
 *
 * <p>Whatever the agent does becomes events or log lines; nothing of it is thrown out of here.
 * Confined to the runner loop.
 */
final class SessionHost implements EventLane.Speaker {
  private static final Logger LOG = LoggerFactory.getLogger(SessionHost.class);

  private final OpenSandbox open;
  private final Quarters quarters;
  private final HostTools tools;
  private final LogRing log;
  private final EventLane lane;
  private final HostSnapshots snapshots;
  private final Function<String, Dialect> dialects;
  private final Promise<Void> gone = Promise.promise();
  private final Confined loop = new Confined();
  private HostPhase phase = new HostPhase.Preparing();
  private AgentSettings settings;
  private @Nullable AgentSeat seat;
  private @Nullable OpenTurn turn;
  private @Nullable StartTurn next;
  private int lastTurn;
  private int interruptedAhead;
  private final Slumber slumber;
  private final HostUse use;
  private final SideWork beside;
  private final HeldEnd heldEnd;
  private boolean fenced;

  /**
   * A host that has not begun to prepare.
   *
   * @param dialects opens the agent's dialect with what an earlier process of the session asked to
   *     remember
   */
  SessionHost(
      OpenSandbox open, Quarters quarters, HostTools tools, Function<String, Dialect> dialects) {
    this.open = open;
    this.quarters = quarters;
    this.tools = tools;
    this.dialects = dialects;
    this.log = new LogRing(tools.clock());
    this.lane = tools.uplink().open(open.binding(), this);
    this.snapshots =
        new HostSnapshots(open.binding(), open.snapshotNo(), quarters, lane, tools, this::waiting);
    this.settings = AgentSettings.of(open.settings());
    this.slumber = new Slumber(quarters);
    this.use = new HostUse(tools.ticker(), slumber);
    this.beside = new SideWork(quarters, use, () -> phase.inhabited(), snapshots::changed);
    quarters.onNotice(this::notice);
    this.heldEnd = new HeldEnd(open.runtime().snapshots(), tools, snapshots, lane::say);
  }

  Binding binding() {
    return open.binding();
  }

  HostPhase phase() {
    return phase;
  }

  /** Completes when nothing is left of it. */
  Future<Void> gone() {
    return gone.future();
  }

  /** Whether a turn or a command runs. */
  boolean working() {
    return phase instanceof HostPhase.Busy || use.running();
  }

  /** JSON object: what the coordinator is told about the sandbox. */
  String facts() {
    JsonObject facts =
        new JsonObject(quarters.facts()).put("runtime", open.runtime().kind().text());
    return snapshots.addTo(facts).encode();
  }

  /** Changes what its processes may reach. */
  Future<Void> network(NetworkPolicy policy) {
    return quarters.network(policy);
  }

  /** Number of the last turn that began here, 0 for none. */
  int lastTurn() {
    return lastTurn;
  }

  /** Milliseconds since anything of the session ran; 0 while something runs. */
  long idleMillis() {
    return waiting() ? use.millisSince() : 0;
  }

  /** Whether it is ready and nothing of the session runs. */
  boolean waiting() {
    return phase instanceof HostPhase.Idle && !use.running();
  }

  /** Makes its processes stand still until they are wanted. */
  Future<Void> freeze() {
    return waiting() ? slumber.freeze() : Future.failedFuture("it is in use");
  }

  boolean frozen() {
    return slumber.frozen();
  }

  int memoryMb() {
    return quarters.memoryMb();
  }

  /** Prepares everything up to the greeted agent; fails with the reason for the user. */
  Future<Void> prepare() {
    return new Preparation(open, quarters, log)
        .run(settings)
        .compose(
            ready -> {
              settings = ready.settings();
              snapshots.begin(ready.basis(), this::notice);
              AgentSeat agent =
                  new AgentSeat(
                      dialects.apply(ready.found().remembered()),
                      quarters,
                      tools.timers(),
                      log,
                      open.resumed(),
                      this::heard);
              seat = agent;
              return phase.open()
                  ? agent.launch(settings, TurnOptions.NONE)
                  : HostPhase.<Void>away();
            })
        .compose(v -> ready());
  }

  private Future<Void> ready() {
    loop.check();
    if (!(phase instanceof HostPhase.Preparing preparing)) {
      return HostPhase.away();
    }
    phase = preparing.ready();
    startNext();
    snapshots.ready();
    return Future.succeededFuture();
  }

  /** Begins a turn, or keeps it for later where the host is not ready for it. */
  Future<Void> startTurn(StartTurn call) {
    if (!phase.open()) {
      return HostPhase.away();
    }
    boolean known = call.turn() <= lastTurn || (next != null && next.turn() == call.turn());
    if (known) {
      return Future.succeededFuture();
    }
    if (next != null) {
      return Future.failedFuture(
          new Refused(Refusal.TURN_RUNNING, "turn " + next.turn() + " comes first"));
    }
    next = call;
    startNext();
    return Future.succeededFuture();
  }

  private void startNext() {
    StartTurn call = next;
    if (call == null || !(phase instanceof HostPhase.Idle idle)) {
      return;
    }
    next = null;
    lastTurn = call.turn();
    phase = idle.begin(call.turn());
    use.turn();
    OpenTurn begun = new OpenTurn(call.turn(), tools.timers());
    turn = begun;
    if (interruptedAhead == call.turn()) {
      say(begun.end(TurnStatus.INTERRUPTED, "interrupted before it began"));
      return;
    }
    slumber
        .awake()
        .compose(v -> snapshots.beforeTurn())
        .compose(v -> begin(begun, call))
        .onFailure(e -> failed(begun, e));
  }

  private Future<Void> begin(OpenTurn begun, StartTurn call) {
    AgentSeat agent = seat;
    if (agent == null) {
      return HostPhase.away();
    }
    TurnOptions options = TurnOptions.of(call.options());
    Turn message = new Turn(call.turn(), call.content(), settings, options);
    return new Handover(agent, message, log, () -> turn == begun && !begun.interrupted())
        .run()
        .map(
            handed -> {
              if (!handed && turn == begun) {
                say(begun.end(TurnStatus.INTERRUPTED, "interrupted before it began"));
              }
              return null;
            });
  }

  private void failed(OpenTurn begun, Throwable e) {
    if (turn != begun) {
      return;
    }
    String code = e instanceof Refused no ? no.refusal().code() : "sandbox_failed";
    say(begun.error("the turn could not be started: " + e.getMessage(), code));
    say(begun.end(TurnStatus.FAILED, code));
  }

  /** Asks for the end of a turn; one that has not begun ends when it would begin. */
  Future<Void> interrupt(int no) {
    if (!phase.open()) {
      return HostPhase.away();
    }
    OpenTurn now = turn;
    if (no > lastTurn) {
      interruptedAhead = no;
    } else if (now != null && now.no() == no && seat != null) {
      AgentSeat agent = seat;
      agent.write(agent.dialect().interrupt(no));
      now.interrupt(agent::interrupt, agent::kill);
    }
    return Future.succeededFuture();
  }

  private void heard(Heard heard) {
    if (heard.dropped() != null) {
      log.system(heard.dropped());
    }
    if (heard.remember() != null) {
      quarters
          .files()
          .write(SessionFiles.Place.HOME, Dialect.MEMORY_FILE, heard.remember())
          .onFailure(e -> log.system("the conversation id was not kept: " + e.getMessage()));
    }
    heard.events().forEach(this::say);
    if (seat != null && !heard.replies().isEmpty()) {
      seat.write(heard.replies());
    }
  }

  private void say(Event event) {
    loop.check();
    OpenTurn now = turn;
    if (event.kind() == EventKind.END) {
      if (now == null || now.no() != event.turn()) {
        log.system("the end of turn " + event.turn() + ", which does not run, is dropped");
        return;
      }
      Event partial = now.partial();
      if (partial != null) {
        lane.say(partial);
      }
      now.close();
      turn = null;
      snapshots.covers(event.turn());
      heldEnd.tell(event, this::ended);
      return;
    }
    if (now != null && now.no() == event.turn()) {
      now.see(event);
    }
    lane.say(event);
  }

  /**
   * Tells the user something about the session: in the stream of the turn that runs, or between two
   * turns in that of the session.
   */
  void notice(Notice notice) {
    say(NoticeEvent.of(notice, turn == null ? 0 : turn.no()));
  }

  private void ended() {
    use.turn();
    if (phase instanceof HostPhase.Busy busy) {
      phase = busy.ended();
      snapshots.changed();
      startNext();
    }
  }

  /** What is done beside its agent. */
  SideWork beside() {
    return beside;
  }

  LogPage logs(long after) {
    return log.after(after);
  }

  /** Takes a snapshot now; completes when it is attached. */
  Future<Void> snapshot() {
    return phase.inhabited() ? snapshots.take() : HostPhase.away();
  }

  /** Ends everything; completes when nothing is left. Later calls join the first. */
  Future<Void> close(boolean snapshot, String reason) {
    if (!phase.open()) {
      return gone.future();
    }
    boolean wasReady = phase.inhabited();
    HostPhase.Stopping stopping = phase.stop();
    phase = stopping;
    snapshots.stop();
    AgentSeat agent = wasReady && !fenced ? seat : null;
    Future<Void> quiet =
        agent == null
            ? Future.succeededFuture()
            : slumber.awake().transform(thawed -> agent.stop(reason));
    Farewell farewell = new Farewell(binding(), tools, lane, snapshots, quarters);
    quiet
        .map(v -> endOpenTurn(reason))
        .compose(v -> fenced ? farewell.atOnce() : farewell.inOrder(snapshot && wasReady))
        .onComplete(
            done -> {
              phase = stopping.gone();
              lane.close();
              if (done.succeeded()) {
                gone.complete();
              } else {
                gone.fail(done.cause());
              }
            });
    return gone.future();
  }

  private @Nullable Void endOpenTurn(String reason) {
    if (turn != null) {
      say(turn.end(TurnStatus.INTERRUPTED, reason));
    }
    heldEnd.release();
    return null;
  }

  @Override
  public void hold() {
    if (seat != null) {
      seat.hold();
    }
  }

  @Override
  public void release() {
    if (seat != null) {
      seat.release();
    }
  }

  @Override
  public void fenced(String why) {
    if (fenced || !phase.open()) {
      fenced = true;
      return;
    }
    fenced = true;
    LOG.atInfo()
        .addKeyValue("session", binding().session())
        .addKeyValue("epoch", binding().epoch())
        .addKeyValue("why", why)
        .log("the sandbox is dropped; the session goes on elsewhere");
    close(false, why);
  }
}
