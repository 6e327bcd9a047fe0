package io.ash.runner;

import io.ash.model.Binding;
import io.ash.model.Notice;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.time.Backoff;
import io.ash.time.Confined;
import io.ash.time.Timers;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.Attached;
import io.ash.wire.SnapshotRef;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of one host: when they are taken, one at a time, each with the number after the last.
 *
 * <p>A session that fell quiet is saved after half a second; one that never does is saved between
 * two turns when half a minute has passed. Confined to the runner loop.
 */
final class HostSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(HostSnapshots.class);
  static final Duration QUIET = Duration.ofMillis(500);
  static final Duration LONGEST = Duration.ofSeconds(30);
  private static final int TRIES = 3;

  private final Binding binding;
  private final Quarters quarters;
  private final EventLane lane;
  private final HostTools tools;
  private final BooleanSupplier quiet;
  private final Backoff again = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(5));
  private final Confined loop = new Confined();
  private int no;
  private SessionFiles.Basis basis = SessionFiles.Basis.AGENT;
  private int keep;
  private int coversTurn;
  private long takenAt;
  private boolean changed;
  private String attached = "";
  private long attachedNo;
  private Timers.Handle timer = () -> {};
  private final SavingNotices notices = new SavingNotices();
  private final Set<String> tried = new LinkedHashSet<>();
  private @Nullable Future<Void> taking;
  private @Nullable Future<Void> scanning;

  /**
   * Snapshots of one host.
   *
   * @param no number of the newest snapshot so far
   * @param quiet whether nothing of the session runs
   */
  HostSnapshots(
      Binding binding,
      int no,
      Quarters quarters,
      EventLane lane,
      HostTools tools,
      BooleanSupplier quiet) {
    this.binding = binding;
    this.no = no;
    this.quarters = quarters;
    this.lane = lane;
    this.tools = tools;
    this.quiet = quiet;
    this.takenAt = tools.ticker().nanos();
  }

  /** Says what the files began with; the user is told where that is not the newest snapshot. */
  void begin(SessionFiles.Basis basis, Consumer<Notice> tell) {
    this.basis = basis;
    SnapshotRef from = basis.snapshot();
    keep = from == null ? no : from.no();
    coversTurn = basis.coversTurn();
    if (from != null && basis.damage() == null) {
      attached = from.manifest();
      attachedNo = -1; // of this epoch it covers nothing yet
    }
    notices.listen(tell);
    notices.began(basis);
  }

  /** The agent is there; what no snapshot has yet is saved as soon as it is quiet. */
  void ready() {
    if (basis.snapshot() == null || basis.recovered()) {
      changed();
    }
  }

  /** Adds what the workspace began with. */
  JsonObject addTo(JsonObject facts) {
    SnapshotRef from = basis.snapshot();
    if (from == null) {
      return facts;
    }
    int more = basis.coversTurn() - from.coversTurn();
    return facts
        .put("workspaceAt", from.coversSeq())
        .put("turnsNotInWorkspace", Math.max(0, from.turnsSince() - more));
  }

  /** What the user is told about saving. */
  SavingNotices notices() {
    return notices;
  }

  /** A turn is over: what is scanned from now on has its changes. */
  void covers(int turn) {
    coversTurn = turn;
  }

  /** Something may be different now. */
  void changed() {
    loop.check();
    changed = true;
    wait(QUIET);
  }

  private void wait(Duration delay) {
    timer.cancel();
    timer = tools.timers().once(delay, this::whenQuiet);
  }

  private void whenQuiet() {
    loop.check();
    if (!changed || !quiet.getAsBoolean()) {
      return; // whatever runs says at its end that something changed
    }
    if (taking != null) {
      wait(QUIET);
      return;
    }
    take().onSuccess(v -> again.reset()).onFailure(this::failed);
  }

  private void failed(Throwable cause) {
    LOG.atWarn()
        .addKeyValue("session", binding.session())
        .addKeyValue("cause", cause.getMessage())
        .log("a snapshot failed; the next try comes in a while");
    if (!lane.isOver()) {
      notices.failed(cause);
      wait(again.next());
    }
  }

  /**
   * To be waited for before a turn begins: a scan that is under way, or a snapshot that is overdue.
   * Never fails.
   */
  Future<Void> beforeTurn() {
    if (scanning != null) {
      return scanning.otherwiseEmpty();
    }
    boolean overdue =
        changed && tools.ticker().millisSince(takenAt) >= LONGEST.toMillis() && taking == null;
    if (!overdue) {
      return Future.succeededFuture();
    }
    take().onFailure(this::failed);
    return scanning == null ? Future.succeededFuture() : scanning.otherwiseEmpty();
  }

  /** Takes a snapshot of what is there now; completes when it is attached. */
  Future<Void> take() {
    loop.check();
    if (taking != null) {
      return taking.otherwiseEmpty().compose(v -> take());
    }
    timer.cancel();
    Covered covered = new Covered(lane.lastNo(), coversTurn);
    Future<Void> now = lane.flushed().compose(v -> scanAndAttach(covered));
    if (now.isComplete()) {
      return now;
    }
    taking = now;
    return now.onComplete(
        done -> {
          if (taking == now) {
            taking = null;
          }
        });
  }

  /** Number of the last event and the last turn that come before a scan. */
  private record Covered(long event, int turn) {}

  private Future<Void> scanAndAttach(Covered covered) {
    changed = false;
    takenAt = tools.ticker().nanos();
    Promise<Void> looked = Promise.promise();
    scanning = looked.future();
    Future<SessionFiles.Scan> scan =
        quarters
            .files()
            .scan(
                () -> {
                  if (scanning == looked.future()) {
                    scanning = null;
                  }
                  looked.tryComplete();
                });
    return scan.onComplete(done -> looked.tryComplete())
        .compose(
            state -> {
              boolean same = state.manifest().equals(attached);
              return same && covered.event() == attachedNo
                  ? Future.<Void>succeededFuture()
                  : attach(state, covered, TRIES, false);
            })
        .onFailure(e -> changed = true);
  }

  private Future<Void> attach(SessionFiles.Scan state, Covered covered, int tries, boolean unsure) {
    boolean same = state.manifest().equals(attached);
    tried.add(state.manifest()); // whoever hears no answer cannot know
    AttachSnapshot call =
        new AttachSnapshot(
            binding,
            same ? no : no + 1,
            keep,
            same,
            state.manifest(),
            same ? List.of() : state.blobs(),
            covered.event(),
            covered.turn());
    return tools
        .coordinator()
        .attach(call)
        .transform(
            reply -> {
              if (reply.succeeded()) {
                return judge(state, covered, tries, unsure, reply.result());
              }
              boolean again = tries > 1 && !(reply.cause() instanceof Refused);
              return again
                  ? attach(state, covered, tries - 1, true)
                  : Future.<Void>failedFuture(reply.cause());
            });
  }

  private Future<Void> judge(
      SessionFiles.Scan state, Covered covered, int tries, boolean unsure, Attached reply) {
    if (reply.accepted() || (unsure && reply.missing().isEmpty())) {
      // An answer that was lost before may have said yes: then the number is taken, by this one.
      no += state.manifest().equals(attached) ? 0 : 1;
      keep = no;
      attached = reply.accepted() ? state.manifest() : "";
      attachedNo = covered.event();
      tried.clear();
      quarters.files().attached(state.manifest());
      notices.saved();
      return Future.succeededFuture();
    }
    if (reply.missing().isEmpty()) {
      lane.fence("its snapshot was refused");
      return Future.failedFuture(new Refused(Refusal.FENCED, "the snapshot was refused"));
    }
    if (tries <= 1) {
      return Future.failedFuture("blobs of a snapshot are lost again and again");
    }
    return quarters
        .files()
        .store(reply.missing())
        .compose(v -> attach(state, covered, tries - 1, unsure));
  }

  /**
   * Keeps on this runner what could not be saved; true where there was anything. To be called when
   * no more snapshots are taken.
   */
  Future<Boolean> keep() {
    List<String> since = new ArrayList<>(tried);
    since.add(attached);
    return quarters.files().keep(attached, new Kept.Since(no, since, coversTurn));
  }

  /** Takes no more by itself. */
  void stop() {
    timer.cancel();
    changed = false;
  }
}
