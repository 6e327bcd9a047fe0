package io.ash.coordinator.session;

import io.ash.coordinator.fleet.Fleet;
import io.ash.coordinator.store.SessionView;
import io.ash.model.Binding;
import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.model.SessionId;
import io.ash.wire.BundleChunk;
import io.ash.wire.DeleteFile;
import io.ash.wire.FileList;
import io.ash.wire.ListFiles;
import io.ash.wire.ProbeSandbox;
import io.ash.wire.ReadBundle;
import io.ash.wire.ReadFile;
import io.ash.wire.RunnerApi;
import io.ash.wire.WriteFile;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Asks the runner while a session has a sandbox, else its newest snapshot. */
public final class SessionFiles implements Workspaces {
  private final Sessions sessions;
  private final Fleet fleet;
  private final SnapshotFiles snapshots;
  private final SnapshotBundles bundles;
  private final SnapshotEdits edits;

  SessionFiles(
      Sessions sessions,
      Fleet fleet,
      SnapshotFiles snapshots,
      SnapshotBundles bundles,
      SnapshotEdits edits) {
    this.sessions = sessions;
    this.fleet = fleet;
    this.snapshots = snapshots;
    this.bundles = bundles;
    this.edits = edits;
  }

  @Override
  public Future<Listing> list(String tenant, SessionId session) {
    return where(
        tenant,
        session,
        (runner, b) ->
            runner
                .listFiles(new ListFiles(b, true))
                .map(FileList::files)
                .map(f -> new Listing(f, Source.SANDBOX)),
        s -> snapshots.list(s).map(f -> new Listing(f, Source.SNAPSHOT)));
  }

  @Override
  public Future<Part> read(String tenant, SessionId session, String path, long offset, int length) {
    return where(
        tenant,
        session,
        (runner, b) ->
            runner
                .readFile(new ReadFile(b, path, offset, length))
                .map(c -> new Part(c, Source.SANDBOX)),
        s -> snapshots.read(s, path, offset, length).map(c -> new Part(c, Source.SNAPSHOT)));
  }

  @Override
  public Future<Source> write(String tenant, SessionId session, String path, Buffer bytes) {
    return where(
        tenant,
        session,
        (runner, b) -> runner.writeFile(new WriteFile(b, path, bytes)).map(v -> Source.SANDBOX),
        s -> edits.write(s, path, bytes).map(v -> Source.SNAPSHOT));
  }

  @Override
  public Future<Void> delete(String tenant, SessionId session, String path) {
    return where(
        tenant,
        session,
        (runner, b) -> runner.deleteFile(new DeleteFile(b, path)),
        s -> edits.delete(s, path));
  }

  @Override
  public Future<BundleChunk> readBundle(String tenant, SessionId session, String handle) {
    if (bundles.knows(handle)) {
      return sessions.get(tenant, session).compose(s -> bundles.more(s.id(), handle));
    }
    return where(
        tenant,
        session,
        (runner, b) -> runner.readBundle(new ReadBundle(b, handle)),
        s -> bundles.first(s));
  }

  @Override
  public Future<Source> writeBundle(String tenant, SessionId session, Parts bundle) {
    return where(
        tenant,
        session,
        (runner, b) ->
            runner
                .probe(new ProbeSandbox(b))
                .compose(v -> new LiveUpload(runner, b, bundle).run())
                .map(v -> Source.SANDBOX),
        s -> edits.unpack(s, bundle).map(v -> Source.SNAPSHOT));
  }

  /** A sandbox that is gone by now leaves its snapshot. */
  private <T> Future<T> where(
      String tenant,
      SessionId session,
      BiFunction<RunnerApi, Binding, Future<T>> live,
      Function<SessionView, Future<T>> resting) {
    return sessions
        .get(tenant, session)
        .compose(
            s -> {
              Binding b = s.binding().orElse(null);
              if (b == null) {
                return resting.apply(s);
              }
              return fleet
                  .reach(b)
                  .compose(runner -> live.apply(runner, b))
                  .recover(
                      cause ->
                          cause instanceof Refused no && no.refusal() == Refusal.SANDBOX_GONE
                              ? resting.apply(s)
                              : Future.failedFuture(cause));
            });
  }
}
