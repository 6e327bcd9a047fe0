package io.ash.runner.sandbox;

import io.ash.model.LimitKind;
import io.ash.model.Notice;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The home of one session's processes for one epoch. Confined to the event loop it was opened on.
 */
public final class Sandbox {
  private static final Duration DEATH = Duration.ofSeconds(10);
  private static final Duration STANDSTILL = Duration.ofSeconds(2);

  private Jail jail;
  private final SandboxPlace place;
  private final Cgroup group;
  private final LimitsInForce limits;
  private final SandboxTools tools;
  private final Context context;
  private final Runnable gone;
  private final Population population;
  private final Set<SandboxProcess> processes = new LinkedHashSet<>();
  private final Set<Future<?>> launches = new LinkedHashSet<>();
  private @Nullable Future<Void> closed;
  private final Gauge gauge;
  private final LimitNotices notices;
  private Future<Void> standing = Future.succeededFuture();
  private int freezes;
  private boolean frozen;
  private volatile boolean quiet;

  /** A sandbox whose directories and groups exist; {@code gone} runs when nothing is left. */
  Sandbox(
      Jail jail,
      SandboxPlace place,
      Cgroup group,
      LimitsInForce limits,
      SandboxTools tools,
      Context context,
      Runnable gone) {
    this.jail = jail;
    this.place = place;
    this.group = group;
    this.limits = limits;
    this.tools = tools;
    this.context = context;
    this.gone = gone;
    this.gauge = new Gauge(group, place, limits, tools.ticker());
    this.notices = new LimitNotices(limits, tools.ticker());
    this.population = new Population(group, tools.launcher().cookie(jail), tools.signals());
  }

  /** What its processes see. */
  public Jail jail() {
    return jail;
  }

  /** Gives the processes that start from now on another environment. */
  public void dress(Map<String, String> env) {
    jail = jail.with(env);
  }

  /** The workspace on the host. */
  public Path workspace() {
    return place.workspace();
  }

  /** The private home on the host. */
  public Path home() {
    return place.home();
  }

  /** A directory of this sandbox on the host that its processes cannot reach; may be missing. */
  public Path desk() {
    return place.root().resolve("desk");
  }

  /** User and group of its files on the host, -1 for those of the server. */
  public int uid() {
    return place.uid();
  }

  /** A path inside, such as {@link Jail#WORKSPACE}, as its processes must name it. */
  public String inside(String path) {
    return tools.launcher().wrapping().inside(place, path);
  }

  /** Bytes its files may grow by, by the last look, where the limit is held so. Any thread. */
  public long diskLeft() {
    return gauge.left();
  }

  /** The limits and who holds each. */
  public LimitsInForce limits() {
    return limits;
  }

  /** Gives a file or directory that the server wrote to the sandbox's user; blocks. */
  public void own(Path path) throws IOException {
    place.own(path);
  }

  /** Number of its processes that were started and have not ended. */
  public int running() {
    return processes.size();
  }

  /** Starts a process; fails with {@link Refused} when the sandbox is closing. */
  public Future<SandboxProcess> start(Command command, Stdio stdio) {
    if (closed != null) {
      return Future.failedFuture(new Refused(Refusal.SANDBOX_GONE, "the sandbox is closed"));
    }
    Jail dressed = jail;
    Counters[] before = new Counters[1];
    Future<SandboxProcess> started =
        tools
            .blocking(
                () -> {
                  before[0] = group.counters();
                  return tools.launcher().launch(dressed, place, group, limits, command);
                })
            .compose(launching -> launching.on(context))
            .map(launched -> attach(launched, stdio, before[0]));
    launches.add(started);
    return started.onComplete(done -> launches.remove(started));
  }

  private SandboxProcess attach(Launcher.Launched launched, Stdio stdio, Counters before) {
    Pace pace =
        new Pace(
            limits.most(LimitKind.OUTPUT) * 1024L,
            tools.ticker(),
            () -> context.runOnContext(v -> notices.slowed()));
    SandboxProcess process =
        new SandboxProcess(launched, context, tools.timers(), stdio, pace, jail.name());
    processes.add(process);
    process.exit().onSuccess(exit -> ended(process, exit));
    process.watch(group, before, tools.orphans());
    return process;
  }

  private void ended(SandboxProcess process, Exit exit) {
    processes.remove(process);
    if (exit.cause() == Cause.FILE_SIZE) {
      notices.fileSize();
    }
    if (closed == null && exit.code() != 0) {
      tools.blocking(gauge::count).onSuccess(this::read);
    }
  }

  /** Looks at what it uses; blocks, on a worker. */
  void look() {
    if (!quiet) {
      Gauge.Reading reading = gauge.look();
      context.runOnContext(v -> read(reading));
    }
  }

  private void read(Gauge.Reading reading) {
    if (reading.counted().oomKills() > 0) {
      notices.outOfMemory();
    }
    if (reading.counted().refusedForks() > 0) {
      notices.processLimit();
    }
    if (reading.full()) {
      notices.full();
    }
    if (reading.tooMuch() && !processes.isEmpty()) {
      notices.disk(reading.use());
      List<SandboxProcess> all = List.copyOf(processes);
      tools.blocking(
          () -> {
            all.forEach(process -> process.kill(Cause.DISK_LIMIT));
            return null;
          });
    }
  }

  /** Hears which limits its processes reach, on its event loop. */
  public void onNotice(Consumer<Notice> ear) {
    notices.listen(ear);
  }

  /**
   * Runs a command to its end and keeps the first bytes of what it writes.
   *
   * @param timeout after which it is killed
   * @param most bytes kept of each output
   */
  public Future<ExecOutput> exec(Command command, Duration timeout, int most) {
    Keep out = new Keep(most);
    Keep err = new Keep(most);
    boolean[] late = new boolean[1];
    return start(command, new Stdio(out::add, err::add))
        .compose(process -> limitTime(process, timeout, () -> late[0] = true))
        .map(
            exit ->
                new ExecOutput(
                    out.bytes(), err.bytes(), exit, late[0], out.truncated() || err.truncated()));
  }

  private Future<Exit> limitTime(SandboxProcess process, Duration timeout, Runnable late) {
    process.closeInput();
    Timers.Handle timer =
        tools
            .timers()
            .once(
                timeout,
                () -> {
                  late.run();
                  kill(process, Cause.TIMEOUT);
                });
    return process.exit().onComplete(exit -> timer.cancel());
  }

  /** Kills one process with everything its jail holds; the others go on. */
  public Future<Void> kill(SandboxProcess process) {
    return kill(process, Cause.KILLED);
  }

  private Future<Void> kill(SandboxProcess process, Cause why) {
    return tools.blocking(
        () -> {
          process.kill(why);
          return null;
        });
  }

  /** Sends SIGINT to what a process runs, as a terminal does at Ctrl-C. */
  public Future<Void> interrupt(SandboxProcess process) {
    return tools.blocking(
        () -> {
          tools.signals().send("INT", payload(process));
          return null;
        });
  }

  private Set<Long> payload(SandboxProcess process) {
    return ProcessTree.descendants(process.pid(), tools.launcher().wrapping().depth());
  }

  /**
   * Stops every process where it stands; completes when all stand still. Each freeze, a failed one
   * too, wants a {@link #thaw} of its own.
   */
  public Future<Void> freeze() {
    freezes++;
    frozen = true;
    quiet = true;
    standing = standing.transform(before -> standStill());
    return standing;
  }

  private Future<Void> standStill() {
    return tools
        .until()
        .holds(
            () -> {
              population.freeze();
              return population.frozen();
            },
            STANDSTILL,
            "sandbox " + jail.name() + " does not stand still");
  }

  /** Takes one {@link #freeze} back; after the last one the processes continue. */
  public Future<Void> thaw() {
    freezes = Math.max(0, freezes - 1);
    if (freezes > 0) {
      return Future.succeededFuture();
    }
    frozen = false;
    quiet = false;
    standing =
        standing.transform(
            before ->
                freezes > 0
                    ? Future.<Void>succeededFuture()
                    : tools.blocking(
                        () -> {
                          population.thaw();
                          return null;
                        }));
    return standing;
  }

  /** Processes that the kernel killed for want of memory so far. */
  public Future<Long> oomKills() {
    return tools.blocking(group::oomKills);
  }

  /**
   * Ends all processes, asking first; completes when nothing is left of them, their groups and
   * their /tmp. Workspace and home stay.
   *
   * @param grace how long they may take to end by themselves; none if it is zero
   */
  public Future<Void> close(Duration grace) {
    if (closed == null) {
      quiet = true;
      closed = end(grace);
    }
    return closed;
  }

  /** Closes and removes workspace and home too. */
  public Future<Void> discard(Duration grace) {
    return close(grace)
        .compose(
            v ->
                tools.blocking(
                    () -> {
                      place.remove();
                      return null;
                    }));
  }

  private Future<Void> end(Duration grace) {
    boolean ask = !frozen && !grace.isZero();
    return settled(launches)
        .compose(v -> ask && !processes.isEmpty() ? ask(grace) : Future.succeededFuture())
        .compose(v -> killAll())
        .compose(v -> settled(exits()))
        .compose(v -> cleanUp())
        .onSuccess(v -> gone.run());
  }

  /** SIGTERM, then the wait for the last of them or the end of the grace. */
  private Future<Void> ask(Duration grace) {
    List<SandboxProcess> asked = List.copyOf(processes);
    Promise<Void> over = Promise.promise();
    Timers.Handle timer = tools.timers().once(grace, over::tryComplete);
    tools
        .blocking(
            () -> {
              asked.forEach(process -> payload(process).forEach(ProcessTree::terminate));
              return null;
            })
        .onFailure(over::tryFail);
    settled(exits()).onComplete(v -> over.tryComplete());
    return over.future().onComplete(v -> timer.cancel());
  }

  private Future<Void> killAll() {
    List<SandboxProcess> last = List.copyOf(processes);
    return tools
        .until()
        .holds(
            () -> {
              if (last.stream().noneMatch(SandboxProcess::alive) && population.empty()) {
                return true;
              }
              population.kill();
              last.stream().filter(SandboxProcess::alive).forEach(SandboxProcess::kill);
              return false;
            },
            DEATH,
            "processes of sandbox " + jail.name() + " do not die");
  }

  private Future<Void> cleanUp() {
    return tools
        .until()
        .holds(group::remove, DEATH, "the control group of " + jail.name() + " does not go")
        .compose(
            v ->
                tools.blocking(
                    () -> {
                      DirectoryRemoval.remove(place.tmp());
                      return null;
                    }));
  }

  private List<Future<Exit>> exits() {
    return processes.stream().map(SandboxProcess::exit).toList();
  }

  private static Future<Void> settled(Collection<? extends Future<?>> all) {
    return all.isEmpty()
        ? Future.succeededFuture()
        : Future.join(List.copyOf(all)).<Void>mapEmpty().otherwiseEmpty();
  }
}
