package io.ash.testing;

import io.ash.model.Binding;
import io.ash.model.Event;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.wire.AppendEvents;
import io.ash.wire.Appended;
import io.ash.wire.AttachSnapshot;
import io.ash.wire.Attached;
import io.ash.wire.CoordinatorApi;
import io.ash.wire.Deregister;
import io.ash.wire.EventBatch;
import io.ash.wire.FindBlobs;
import io.ash.wire.GetBlob;
import io.ash.wire.Heartbeat;
import io.ash.wire.HeartbeatReply;
import io.ash.wire.Hosted;
import io.ash.wire.MissingBlobs;
import io.ash.wire.PutBlob;
import io.ash.wire.RegisterRunner;
import io.ash.wire.Registered;
import io.ash.wire.SandboxOpened;
import io.ash.wire.SandboxReleased;
import io.ash.wire.Verdict;
import io.ash.wire.WarmWish;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator whose database is a map: it decides about batches, snapshots and blobs as the
 * statements do, and can be told to be busy, deaf or forgetful. Thread-safe.
 */
public final class FakeCoordinator implements CoordinatorApi {
  private final Map<SessionId, Head> heads = new LinkedHashMap<>();
  private final Map<String, Buffer> blobs = new HashMap<>();
  private final Map<String, UUID> runners = new HashMap<>();
  private final List<AppendEvents> requests = new ArrayList<>();
  private final List<SandboxOpened> opened = new ArrayList<>();
  private List<WarmWish> warm = List.of();
  private final List<SandboxReleased> released = new ArrayList<>();
  private final List<Heartbeat> beats = new ArrayList<>();
  private final List<Deregister> gone = new ArrayList<>();
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private boolean holding;
  private @Nullable AttachSnapshot lastAttach;
  private int failures;
  private int lostReplies;
  private int busy;
  private boolean filesAway;

  /** Binds a session, new or not, to a runner under the next epoch. */
  public synchronized Binding bind(SessionId session, String runner, UUID incarnation) {
    Head head = heads.computeIfAbsent(session, Head::new);
    Binding old = head.binding;
    head.binding = new Binding(session, runner, incarnation, old == null ? 1 : old.epoch() + 1);
    head.uplinkNo = 0;
    return head.binding;
  }

  /** What was appended for a session, oldest first. */
  public synchronized List<Event> journal(SessionId session) {
    return List.copyOf(heads.computeIfAbsent(session, Head::new).journal);
  }

  /** The newest snapshot of a session. */
  public synchronized @Nullable AttachSnapshot snapshot(SessionId session) {
    return heads.computeIfAbsent(session, Head::new).snapshot;
  }

  /** The last snapshot that was to be attached, whatever became of it. */
  public synchronized @Nullable AttachSnapshot lastAttach() {
    return lastAttach;
  }

  /** Every append request that arrived, whatever became of it. */
  public synchronized List<AppendEvents> requests() {
    return List.copyOf(requests);
  }

  /** Every report about an opened sandbox. */
  public synchronized List<SandboxOpened> opened() {
    return List.copyOf(opened);
  }

  /** Wishes sandboxes to be kept ready, in the answers to heartbeats from now on. */
  public synchronized void keepWarm(WarmWish... wishes) {
    warm = List.of(wishes);
  }

  /** Every report about a released sandbox. */
  public synchronized List<SandboxReleased> released() {
    return List.copyOf(released);
  }

  /** Every beat that arrived. */
  public synchronized List<Heartbeat> beats() {
    return List.copyOf(beats);
  }

  /** Every good-bye that arrived. */
  public synchronized List<Deregister> gone() {
    return List.copyOf(gone);
  }

  /** Incarnation of a runner that is registered. */
  public synchronized @Nullable UUID registered(String runner) {
    return runners.get(runner);
  }

  /** Forgets a runner, as after a sweep. */
  public synchronized void forget(String runner) {
    runners.remove(runner);
  }

  /** Loses the newest events of a session, as a database does that was set back. */
  public synchronized void rewind(SessionId session, int events) {
    Head head = heads.computeIfAbsent(session, Head::new);
    head.journal.subList(events, head.journal.size()).clear();
    head.uplinkNo = events;
  }

  /** Stores a blob as an agent deploy would. */
  public synchronized void store(String key, Buffer bytes) {
    blobs.put(key, bytes);
  }

  /** Loses a blob. */
  public synchronized void lose(String key) {
    blobs.remove(key);
  }

  /** The next calls fail and do nothing. */
  public synchronized void failNext(int calls) {
    failures = calls;
  }

  /** The next appends are done, but their answers are lost. */
  public synchronized void loseReplies(int calls) {
    lostReplies = calls;
  }

  /** The next batches find their row locked. */
  public synchronized void busyNext(int batches) {
    busy = batches;
  }

  /**
   * Whether the store of files is away: blobs are neither taken nor given, and nothing attached.
   */
  public synchronized void filesAway(boolean away) {
    filesAway = away;
  }

  /** Appends are not answered, nor done, until {@link #letGo}. */
  public synchronized void hold() {
    holding = true;
  }

  /** Does and answers what was held. */
  public void letGo() {
    List<Runnable> go;
    synchronized (this) {
      holding = false;
      go = List.copyOf(held);
      held.clear();
    }
    go.forEach(Runnable::run);
  }

  @Override
  public Future<Registered> register(RegisterRunner call) {
    return answer(
        () -> {
          runners.put(call.runner(), call.incarnation());
          return new Registered(8000, 2500);
        });
  }

  @Override
  public Future<HeartbeatReply> heartbeat(Heartbeat call) {
    return answer(
        () -> {
          beats.add(call);
          boolean known = call.incarnation().equals(runners.get(call.runner()));
          List<Hosted> drop = call.hosted().stream().filter(h -> !holds(call, h)).toList();
          return new HeartbeatReply(known, 8000, 2500, false, known ? drop : List.of(), warm);
        });
  }

  private boolean holds(Heartbeat call, Hosted hosted) {
    Head head = heads.get(hosted.session());
    Binding claimed =
        new Binding(hosted.session(), call.runner(), call.incarnation(), hosted.epoch());
    return head != null && claimed.equals(head.binding);
  }

  @Override
  public Future<Void> deregister(Deregister call) {
    return done(
        () -> {
          gone.add(call);
          runners.remove(call.runner(), call.incarnation());
        });
  }

  @Override
  public Future<Appended> append(AppendEvents call) {
    synchronized (this) {
      requests.add(call);
      if (holding) {
        Promise<Appended> later = Promise.promise();
        held.add(() -> appendNow(call).onComplete(later));
        return later.future();
      }
    }
    return appendNow(call);
  }

  private synchronized Future<Appended> appendNow(AppendEvents call) {
    if (failures > 0) {
      failures--;
      return Future.failedFuture("no connection");
    }
    Appended answer = new Appended(call.batches().stream().map(this::decide).toList());
    if (lostReplies > 0) {
      lostReplies--;
      return Future.failedFuture("the answer was lost");
    }
    return Future.succeededFuture(answer);
  }

  private Verdict decide(EventBatch b) {
    Head head = heads.get(b.binding().session());
    if (head == null) {
      return new Verdict(Verdict.Kind.UNKNOWN, 0);
    }
    if (busy > 0) {
      busy--;
      return new Verdict(Verdict.Kind.BUSY, 0);
    }
    if (!b.binding().equals(head.binding)) {
      return new Verdict(Verdict.Kind.FENCED, 0);
    }
    long last = b.firstNo() + b.events().size() - 1;
    if (last <= head.uplinkNo) {
      return new Verdict(Verdict.Kind.HAD, head.uplinkNo);
    }
    if (b.firstNo() > head.uplinkNo + 1) {
      return new Verdict(Verdict.Kind.GAP, head.uplinkNo);
    }
    head.journal.addAll(
        b.events().subList((int) (head.uplinkNo + 1 - b.firstNo()), b.events().size()));
    head.uplinkNo = last;
    return new Verdict(Verdict.Kind.APPENDED, last);
  }

  @Override
  public Future<Void> opened(SandboxOpened call) {
    return done(
        () -> {
          check(call.binding());
          opened.add(call);
        });
  }

  @Override
  public Future<Void> released(SandboxReleased call) {
    return done(
        () -> {
          check(call.binding());
          released.add(call);
          heads.computeIfAbsent(call.binding().session(), Head::new).binding =
              new Binding(
                  call.binding().session(), "nobody", new UUID(0, 0), call.binding().epoch() + 1);
        });
  }

  @Override
  public Future<MissingBlobs> missingBlobs(FindBlobs call) {
    return answer(
        () -> new MissingBlobs(call.keys().stream().filter(k -> !blobs.containsKey(k)).toList()));
  }

  @Override
  public Future<Void> putBlob(PutBlob call) {
    return done(
        () -> {
          check(call.binding());
          checkFiles();
          blobs.put(call.key(), call.bytes());
        });
  }

  @Override
  public Future<Buffer> getBlob(GetBlob call) {
    return answer(
        () -> {
          checkFiles();
          Buffer bytes = blobs.get(call.key());
          if (bytes == null) {
            throw new Refused(Refusal.NOT_FOUND, "no such blob: " + call.key());
          }
          return bytes;
        });
  }

  @Override
  public Future<Attached> attach(AttachSnapshot call) {
    return answer(
        () -> {
          lastAttach = call;
          checkFiles();
          Head head = heads.computeIfAbsent(call.binding().session(), Head::new);
          List<String> missing = call.blobs().stream().filter(k -> !blobs.containsKey(k)).toList();
          int no = head.snapshot == null ? 0 : head.snapshot.no();
          boolean current =
              call.binding().equals(head.binding)
                  && call.no() == (call.unchanged() ? no : no + 1)
                  && call.uplinkNo() <= head.uplinkNo;
          if (current && missing.isEmpty()) {
            head.snapshot = call;
          }
          return new Attached(current && missing.isEmpty(), current ? missing : List.of());
        });
  }

  private void checkFiles() {
    if (filesAway) {
      throw new Refused(Refusal.UNAVAILABLE, "the store of files does not answer");
    }
  }

  private void check(Binding binding) {
    Head head = heads.get(binding.session());
    if (head == null || !binding.equals(head.binding)) {
      throw new Refused(Refusal.FENCED, "the session was bound anew");
    }
  }

  private Future<Void> done(Runnable work) {
    return answer(
        () -> {
          work.run();
          return null;
        });
  }

  private synchronized <T> Future<T> answer(Supplier<@Nullable T> work) {
    if (failures > 0) {
      failures--;
      return Future.failedFuture("no connection");
    }
    try {
      return Future.succeededFuture(work.get());
    } catch (Refused e) {
      return Future.failedFuture(e);
    }
  }

  private static final class Head {
    final List<Event> journal = new ArrayList<>();
    @Nullable Binding binding;
    long uplinkNo;
    @Nullable AttachSnapshot snapshot;

    Head(SessionId id) {}
  }
}
