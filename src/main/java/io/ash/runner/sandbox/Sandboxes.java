package io.ash.runner.sandbox;

import io.ash.model.Refusal;
import io.ash.model.Refused;
import io.ash.process.Spawner;
import io.ash.time.Ticker;
import io.ash.time.Timers;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The sandboxes of one server. Thread-safe. */
public final class Sandboxes {
  private static final Duration DEATH = Duration.ofSeconds(10);

  private final SandboxHost host;
  private final SandboxTools tools;
  private final LimitWatch watch;
  private final Set<String> names = ConcurrentHashMap.newKeySet();

  private Sandboxes(SandboxHost host, SandboxTools tools) {
    this.host = host;
    this.tools = tools;
    this.watch = new LimitWatch(tools);
  }

  /**
   * Removes what an earlier server left, finds out what this host can do and really starts a
   * process in a sandbox.
   *
   * <p>Fails with {@link SandboxUnavailable}, whose message is the remedy.
   *
   * @param workers runs what blocks; a few threads are enough
   */
  public static Future<Sandboxes> prepare(
      SandboxConfig config,
      Spawner spawner,
      WorkerExecutor workers,
      Timers timers,
      Ticker ticker,
      Context context) {
    Until until = new Until(workers, timers, ticker);
    return workers
        .executeBlocking(() -> SandboxHost.leftovers(config, spawner), false)
        .compose(
            leftovers ->
                until
                    .holds(leftovers::sweep, DEATH, "what an earlier server left does not die")
                    .compose(
                        v ->
                            workers.executeBlocking(
                                () -> SandboxHost.prepare(config, spawner, leftovers), false)))
        .map(
            host -> {
              Signals signals = new Signals(spawner);
              return new Sandboxes(
                  host,
                  new SandboxTools(
                      host.launcher(), signals, host.orphans(), workers, timers, ticker, until));
            })
        .compose(
            made ->
                SandboxProbe.run(made, context)
                    .map(v -> made.watching())
                    .onFailure(e -> workers.executeBlocking(made::closed, false)));
  }

  /** Prepares sandboxes whose processes this spawner starts. */
  public static Opening by(Spawner spawner) {
    return (config, workers, timers, ticker, context) ->
        prepare(config, spawner, workers, timers, ticker, context);
  }

  /** Prepares the sandboxes of a server, for who must not start processes otherwise. */
  @FunctionalInterface
  public interface Opening {
    /** See {@link Sandboxes#prepare}. */
    Future<Sandboxes> prepare(
        SandboxConfig config,
        WorkerExecutor workers,
        Timers timers,
        Ticker ticker,
        Context context);
  }

  /** What this host can enforce. */
  public Capabilities capabilities() {
    return host.capabilities();
  }

  /** What stands between sandboxes and the host: {@code bubblewrap} or {@code none}. */
  public Isolation isolation() {
    return host.isolation();
  }

  /** Whether sandboxes run as other users than the server, as they do for root. */
  public boolean usersOfTheirOwn() {
    return host.usersOfTheirOwn();
  }

  /** Number of sandboxes that are open. */
  public int open() {
    return names.size();
  }

  /**
   * Makes the directories and control groups of a sandbox; no process runs yet.
   *
   * <p>Fails with {@link Refused} when a limit that was asked for cannot be enforced here, or the
   * name is taken.
   *
   * @param context the event loop the sandbox is confined to
   */
  public Future<Sandbox> open(Jail jail, Context context) {
    return open(jail.name(), () -> jail, context);
  }

  /**
   * The same for a jail that is yet to be described.
   *
   * @param name of the jail
   * @param describe runs on a worker and may block
   */
  public Future<Sandbox> open(String name, Callable<Jail> describe, Context context) {
    if (!names.add(name)) {
      return Future.failedFuture(
          new Refused(Refusal.WRONG_STATE, "sandbox " + name + " is open already"));
    }
    return tools
        .blocking(
            () -> {
              Jail jail = describe.call();
              return new Furnished(jail, host.make(jail));
            })
        .map(made -> settle(made.jail(), made.means(), context))
        .onFailure(e -> names.remove(name));
  }

  private record Furnished(Jail jail, SandboxHost.Made means) {}

  private Sandbox settle(Jail jail, SandboxHost.Made made, Context context) {
    AtomicReference<Sandbox> self = new AtomicReference<>();
    Sandbox sandbox =
        new Sandbox(
            jail,
            made.place(),
            made.group(),
            made.limits(),
            tools,
            context,
            () -> {
              watch.remove(Objects.requireNonNull(self.get()));
              host.giveBack(made.place());
              names.remove(jail.name());
            });
    self.set(sandbox);
    watch.add(sandbox);
    return sandbox;
  }

  /**
   * Makes a network for one sandbox, to be named in its {@link Jail} and closed after it. Fails
   * with {@link SandboxUnavailable}, whose message is the remedy. Blocks.
   */
  public NetworkSpace network() throws IOException {
    return host.network();
  }

  /** Ends what the sandboxes share, when all of them are closed; blocks shortly. */
  public void close() {
    watch.stop();
    host.close();
  }

  private Sandboxes watching() {
    watch.start();
    return this;
  }

  Sandboxes closed() {
    close();
    return this;
  }
}
